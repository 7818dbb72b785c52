import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EncodingSniffer } from './file-encoding.js';

function sniff(bytes: Uint8Array, piece = bytes.length || 1): EncodingSniffer {
  const sniffer = new EncodingSniffer();
  for (let from = 0; from < bytes.length; from += piece) sniffer.push(bytes.subarray(from, from + piece));
  sniffer.finish();
  return sniffer;
}

describe('EncodingSniffer', () => {
  it('agrees with the decoder on what is UTF-8, whatever the pieces', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 5 }), (bytes, piece) => {
        const marked = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
        fc.pre(!marked && !bytes.includes(0));
        let valid = true;
        try {
          new TextDecoder('utf-8', { fatal: true }).decode(bytes);
        } catch {
          valid = false;
        }
        const sniffer = sniff(bytes, piece);
        const accepted = sniffer.encoding === 'utf-8' && !sniffer.isUnreadable;
        expect(accepted).toBe(valid);
      }),
      { seed: 1, numRuns: 2_000 },
    );
  });

  it('takes every text in UTF-8 for what it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        fc.pre(!text.includes('\0'));
        const sniffer = sniff(Buffer.from(text), 3);
        expect([sniffer.encoding, sniffer.isUnreadable]).toEqual(['utf-8', false]);
      }),
      { seed: 1 },
    );
  });

  it.each([
    ['Niccolò, Però', 'windows-1252'],
    ['naïve café', 'windows-1252'],
    ['Però', 'windows-1252'],
    ['plain', 'utf-8'],
  ])('takes %j in Latin-1 for %s', (text, encoding) => {
    const sniffer = sniff(Buffer.from(text, 'latin1'), 2);
    expect([sniffer.encoding, sniffer.isUnreadable]).toEqual([encoding, false]);
  });

  it('calls UTF-8 with a stray byte damaged rather than Latin-1', () => {
    const sniffer = sniff(Buffer.concat([Buffer.from('Niccolò'), Buffer.from([0xe9, 0x20])]));
    expect([sniffer.encoding, sniffer.isUnreadable]).toEqual(['utf-8', true]);
  });

  it('recognises byte order marks that arrive byte by byte', () => {
    expect(sniff(Buffer.from([0xff, 0xfe, 0x41, 0x00]), 1).encoding).toBe('utf-16le');
    expect(sniff(Buffer.from([0xfe, 0xff, 0x00, 0x41]), 1).encoding).toBe('utf-16be');
    expect(sniff(Buffer.from([0xef, 0xbb, 0xbf, 0x41]), 1).isUnreadable).toBe(false);
  });

  it('agrees with the decoder on every sequence of two bytes, and on all longer ones but for their last bytes', () => {
    const tails = [[], [0x80], [0xbf], [0x7f], [0x80, 0x80], [0xbf, 0xbf], [0x80, 0xc0]];
    const wrong: string[] = [];
    const decoder = new TextDecoder('utf-8', { fatal: true });
    for (let first = 0x80; first <= 0xff; first++) {
      for (const second of [0x01, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xff]) {
        for (const tail of tails) {
          const bytes = Uint8Array.from([0x41, first, second, ...tail]);
          const sniffer = sniff(bytes);
          const accepted = sniffer.encoding === 'utf-8' && !sniffer.isUnreadable;
          if (accepted !== decodes(decoder, bytes)) wrong.push(Buffer.from(bytes).toString('hex'));
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('begins a sequence with the byte that broke the one before', () => {
    const sniffer = sniff(Uint8Array.from([0x41, 0xc3, 0xc3, 0xa9]));
    expect([sniffer.encoding, sniffer.isUnreadable]).toEqual(['utf-8', true]);
  });

  it.each([
    [[0xef, 0xbb, 0xbf], 'utf-8', false],
    [[0xef, 0xbb, 0xbf, 0xe9], 'utf-8', true],
    [[0xef, 0xbb, 0x41], 'windows-1252', false],
    [[0xef, 0x41, 0xbf], 'windows-1252', false],
    [[0x41, 0xbb, 0xbf], 'windows-1252', false],
    [[0xff, 0x41], 'windows-1252', false],
    [[0x41, 0xfe], 'windows-1252', false],
    [[0xfe, 0x41], 'windows-1252', false],
    [[0x41, 0xff], 'windows-1252', false],
    [[0x41, 0x42, 0x43, 0xff, 0xfe], 'windows-1252', false],
    [[0xff, 0xfe, 0x41, 0x00, 0xe9, 0x00], 'utf-16le', false],
    [[0xfe, 0xff, 0x00, 0x41, 0x00, 0xe9], 'utf-16be', false],
    [[0x41, 0x00], 'utf-8', true],
    [[0xe9, 0x00], 'windows-1252', true],
    [[0x41, 0xc3], 'windows-1252', false],
  ] as [number[], string, boolean][])(
    'takes the bytes %j for %s, unreadable: %s',
    (bytes, encoding, unreadable) => {
      const sniffer = sniff(Uint8Array.from(bytes));
      expect([sniffer.encoding, sniffer.isUnreadable]).toEqual([encoding, unreadable]);
    },
  );
});

function decodes(decoder: { decode(bytes: Uint8Array): string }, bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
