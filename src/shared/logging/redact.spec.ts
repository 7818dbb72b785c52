import { describe, expect, it } from 'vitest';
import { maskPhoneNumbers, redact } from './redact.js';

describe('maskPhoneNumbers', () => {
  it.each([
    ['calling +12025550143 now', 'calling +*********43 now'],
    ['Key (phone_number)=(+393471234567) exists', 'Key (phone_number)=(+**********67) exists'],
    ['?From=%2B12025550143&To=%2b390612345678', '?From=%2B*********43&To=%2b**********78'],
    ['+39 347 123 4567', '+**********67'],
    ['+1 (202) 555-0143', '+*********43'],
    ['called 12025550143 twice', 'called *********43 twice'],
    ['"00393471234567"', '"************67"'],
  ])('leaves two digits of the number in %s', (text, masked) => {
    expect(maskPhoneNumbers(text)).toBe(masked);
  });

  it.each([
    '019390aa-1111-7000-8000-123456789012',
    'CA0123456789abcdef0123456789abcdef',
    '2026-11-22T08:00:00.123Z took 1234 ms at 127.0.0.1:54321',
    'position 12345678',
    '/api/v1/campaigns/00000000-0000-7000-8000-000000000001/contacts',
    '1.234567890123',
  ])('leaves %s alone', (text) => {
    expect(maskPhoneNumbers(text)).toBe(text);
  });
});

describe('redact', () => {
  it('drops bodies, credentials and answers whatever their depth, and masks the rest', () => {
    expect(
      redact({
        request: {
          headers: { Authorization: 'Bearer x', 'x-api-key': 'y', host: 'a' },
          body: { name: 'Ada' },
        },
        parameters: ['+12025550143'],
        to: ['+12025550143'],
        at: new Date('2026-11-22T08:00:00Z'),
        count: 3n,
      }),
    ).toEqual({
      request: { headers: { Authorization: '…', 'x-api-key': '…', host: 'a' }, body: '…' },
      parameters: '…',
      to: ['+*********43'],
      at: '2026-11-22T08:00:00.000Z',
      count: '3',
    });
  });

  it('keeps of an error its name, masked message and stack, and nothing a driver hangs on it', () => {
    const error = Object.assign(new Error('no route to +12025550143'), {
      parameters: ['Ada'],
      detail: 'Ada',
    });
    const redacted = redact(error) as Record<string, unknown>;
    expect(Object.keys(redacted)).toEqual(['name', 'message', 'stack']);
    expect(JSON.stringify(redacted)).not.toContain('2025550143');
  });

  it('ends on an object that contains itself', () => {
    const loop: Record<string, unknown> = {};
    loop.loop = loop;
    expect(JSON.stringify(redact(loop))).toContain('…');
  });
});
