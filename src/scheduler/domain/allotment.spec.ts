import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allot, type LoadNow } from './allotment.js';

const campaign = (id: string, change: object = {}) => ({
  id,
  live: 0,
  maxConcurrentCalls: 10,
  callsPerSecond: 100,
  claimedLately: 0,
  waiting: 0,
  lastClaimedAt: null,
  ...change,
});
const load = (change: Partial<LoadNow> = {}): LoadNow => ({
  live: 0,
  maxConcurrentCalls: 10,
  callsPerSecond: 100,
  claimedLately: 0,
  waiting: 0,
  campaigns: [campaign('a')],
  ...change,
});

describe('the allotment of a tick', () => {
  it('counts what is live: three ticks at limit three give three calls, not nine', () => {
    expect(allot(load({ maxConcurrentCalls: 3 }), 1).get('a')).toBe(3);
    expect(
      allot(load({ maxConcurrentCalls: 3, live: 3, campaigns: [campaign('a', { live: 3 })] }), 1).size,
    ).toBe(0);
  });

  it('shares the global limit between campaigns', () => {
    const given = allot(load({ maxConcurrentCalls: 4, campaigns: [campaign('a'), campaign('b')] }), 1);
    expect([given.get('a'), given.get('b')]).toEqual([2, 2]);
  });

  it('gives first to the campaign whose own limit is least used', () => {
    const given = allot(
      load({ maxConcurrentCalls: 6, live: 4, campaigns: [campaign('a', { live: 4 }), campaign('b')] }),
      1,
    );
    expect([given.get('a') ?? 0, given.get('b')]).toEqual([0, 2]);
  });

  it('gives among equals to the one that has waited longest, then by id', () => {
    const second = (n: number) => new Date(Date.UTC(2026, 10, 22, 8, 0, n));
    const winner = (...campaigns: LoadNow['campaigns']) => [
      ...allot(load({ maxConcurrentCalls: 1, campaigns }), 1).keys(),
    ];
    const served = (id: string, at: Date | null) => campaign(id, { lastClaimedAt: at });
    expect(winner(campaign('a'), campaign('b'))).toEqual(['a']);
    expect(winner(campaign('b'), campaign('a'))).toEqual(['a']);
    expect(winner(served('a', second(9)), served('b', second(3)))).toEqual(['b']);
    expect(winner(served('b', second(3)), served('a', second(9)))).toEqual(['b']);
    expect(winner(served('b', second(3)), served('a', second(3)))).toEqual(['a']);
    expect(winner(served('a', second(3)), served('b', null))).toEqual(['b']);
  });

  it('keeps to slow paces: one call in two seconds', () => {
    expect(allot(load({ callsPerSecond: 0.5 }), 1).get('a')).toBe(1);
    expect(allot(load({ callsPerSecond: 0.5, claimedLately: 1 }), 1).size).toBe(0);
  });

  it('claims nobody more while earlier claims wait to be dialled', () => {
    expect(allot(load({ callsPerSecond: 5, waiting: 5 }), 1).size).toBe(0);
    expect(allot(load({ campaigns: [campaign('a', { callsPerSecond: 5, waiting: 4 })] }), 1).get('a')).toBe(
      1,
    );
  });

  it('never passes a limit or a pace, whatever the load', () => {
    const count = fc.nat({ max: 50 });
    const pace = fc.double({ min: 0.1, max: 60, noNaN: true });
    const someCampaign = fc.record({
      live: count,
      maxConcurrentCalls: fc.integer({ min: 1, max: 50 }),
      callsPerSecond: pace,
      claimedLately: count,
      waiting: count,
    });
    fc.assert(
      fc.property(
        count,
        count,
        pace,
        count,
        fc.array(someCampaign, { maxLength: 6 }),
        (live, max, cps, lately, campaigns) => {
          const now: LoadNow = {
            live,
            maxConcurrentCalls: max,
            callsPerSecond: cps,
            claimedLately: lately,
            waiting: 0,
            campaigns: campaigns.map((one, index) => ({ ...one, id: `c${index}`, lastClaimedAt: null })),
          };
          const given = allot(now, 1);
          const sum = [...given.values()].reduce((total, one) => total + one, 0);
          expect(sum === 0 || live + sum <= max).toBe(true);
          expect(sum === 0 || lately + sum <= cps * Math.max(1, 1 / cps) + 1e-6).toBe(true);
          for (const one of now.campaigns) {
            const got = given.get(one.id) ?? 0;
            expect(got === 0 || one.live + got <= one.maxConcurrentCalls).toBe(true);
          }
        },
      ),
    );
  });
});
