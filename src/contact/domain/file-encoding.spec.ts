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
});
