import { describe, expect, it } from 'vitest';
import { eligibilityOf, type GroupCounts, noCases, RATE_NAMES, ratesOf } from './rates.js';

function cases(counts: Partial<GroupCounts>): GroupCounts {
  return { ...noCases(), ...counts };
}

describe('outcome rates', () => {
  const worked = cases({ I: 650, P: 50, R: 150, NC: 100, O: 30, UH: 20 });

  it.each([
    ['RR1', 0.65],
    ['RR2', 0.7],
    ['COOP1', 0.739],
    ['COOP3', 0.765],
    ['REF1', 0.15],
    ['CON1', 0.88],
  ] as const)('gives %s = %s for the worked example of the standard', (name, value) => {
    expect(ratesOf(worked, 1)[name].value).toBeCloseTo(value, 3);
  });

  it('gives every rate with the counts it was made of', () => {
    const rates = ratesOf(cases({ I: 10, P: 5, R: 15, O: 10, NC: 20, NE: 40, UO: 10, UH: 30 }), 0.5);
    expect(RATE_NAMES.map((name) => [name, rates[name].numerator, rates[name].denominator])).toEqual([
      ['RR1', 10, 100],
      ['RR2', 15, 100],
      ['RR3', 10, 80],
      ['RR4', 15, 80],
      ['RR5', 10, 60],
      ['RR6', 15, 60],
      ['COOP1', 10, 40],
      ['COOP2', 15, 40],
      ['COOP3', 10, 30],
      ['COOP4', 15, 30],
      ['REF1', 15, 100],
      ['REF2', 15, 80],
      ['REF3', 15, 60],
      ['CON1', 40, 100],
      ['CON2', 40, 80],
      ['CON3', 40, 60],
    ]);
  });

  it('takes both kinds of unknown eligibility into the denominator', () => {
    expect(ratesOf(cases({ I: 1, UO: 2, UH: 7 }), 1).RR1).toEqual({
      numerator: 1,
      denominator: 10,
      value: 0.1,
    });
  });

  it('leaves cases that are not eligible out of every denominator', () => {
    expect(ratesOf(cases({ I: 1, NE: 9 }), 1).RR1.denominator).toBe(1);
  });

  it('gives no value for 0/0', () => {
    const rates = ratesOf(noCases(), null);
    for (const name of RATE_NAMES) expect(rates[name].value).toBeNull();
    expect(rates.RR1).toEqual({ numerator: 0, denominator: 0, value: null });
  });

  it('gives a rate that rests on e neither denominator nor value while nothing determines e', () => {
    const onlyUnknown = cases({ UH: 3 });
    const { e } = eligibilityOf(onlyUnknown, null);
    expect(e).toBeNull();
    expect(ratesOf(onlyUnknown, e).RR3).toEqual({ numerator: 0, denominator: null, value: null });
    expect(ratesOf(onlyUnknown, e).RR1.value).toBe(0);
  });

  it('estimates e as the eligible share of the cases whose eligibility is known', () => {
    expect(eligibilityOf(cases({ I: 20, R: 10, NE: 10, UH: 60 }), null)).toEqual({
      e: 0.75,
      method: 'proportional',
    });
  });

  it('takes an e that was given, zero included', () => {
    expect(eligibilityOf(cases({ I: 20 }), 0)).toEqual({ e: 0, method: 'given' });
    expect(ratesOf(cases({ I: 20, UH: 20 }), 0).RR3).toEqual({ numerator: 20, denominator: 20, value: 1 });
  });
});
