import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PhoneNumberSet } from './phone-number-set.js';

it('says of every number whether it is new, like a set', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1_000_000, max: 1_003_000 }), { maxLength: 4_000 }), (numbers) => {
      const set = new PhoneNumberSet();
      const reference = new Set<number>();
      for (const number of numbers) {
        expect(set.add(`+${number}`)).toBe(!reference.has(number));
        reference.add(number);
      }
    }),
    { seed: 1, numRuns: 20 },
  );
});

it('tells apart the longest numbers', () => {
  const set = new PhoneNumberSet();
  expect(
    ['+999999999999999', '+999999999999998', '+999999999999999'].map((number) => set.add(number)),
  ).toEqual([true, true, false]);
});

it('grows with thousands of numbers, and forgets none of them', () => {
  const set = new PhoneNumberSet();
  const numbers = Array.from({ length: 5_000 }, (_, n) => `+${1_202_555_0000 + n * 7}`);
  for (const pass of [true, false]) {
    expect(numbers.filter((number) => set.add(number) !== pass)).toEqual([]);
  }
});

it('keeps at least every second place free, so that a number is soon found', () => {
  const set = new PhoneNumberSet();
  const places = () => (set as unknown as { slots: Float64Array }).slots;
  const free = () => places().filter((slot) => slot === 0).length / places().length;
  let least = 1;
  for (let n = 0; n < 5_000; n++) {
    set.add(`+${39_000_000_000 + n}`);
    set.add(`+${39_000_000_000 + n}`);
    if (n % 100 === 0) least = Math.min(least, free());
  }
  expect(least).toBeGreaterThanOrEqual(0.5);
  // No larger than that takes: 5,000 numbers need 16,384 places at the most.
  expect(places().length).toBe(16_384);
});
