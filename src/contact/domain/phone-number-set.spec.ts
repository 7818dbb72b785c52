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
