import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allot, type CampaignLoadNow, horizonSeconds, type LoadNow } from './allotment.js';

/** A variable asks for more: ten times as many take some seconds. */
const RUNS = Number(process.env.PROPERTY_RUNS ?? 10_000);

const count = fc.nat({ max: 30 });
const pace = fc.oneof(
  fc.double({ min: 0.05, max: 60, noNaN: true }),
  fc.constantFrom(0.1, 0.3, 0.7, 1, 3, 100),
);
const campaign = fc.record({
  live: count,
  maxConcurrentCalls: fc.integer({ min: 1, max: 30 }),
  callsPerSecond: pace,
  claimedLately: fc.nat({ max: 8 }),
  waiting: fc.nat({ max: 8 }),
  lastClaimedAt: fc.option(fc.nat({ max: 5 }).map((second) => new Date(second * 1_000))),
});
const loads: fc.Arbitrary<LoadNow> = fc.record({
  live: count,
  maxConcurrentCalls: fc.nat({ max: 60 }),
  callsPerSecond: pace,
  claimedLately: fc.nat({ max: 8 }),
  waiting: fc.nat({ max: 8 }),
  campaigns: fc
    .array(campaign, { maxLength: 6 })
    .map((all) => all.map((one, n) => ({ ...one, id: `c${n}` }))),
});
const ticks = fc.constantFrom(0.25, 1, 2, 5);

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** What breaks the property, shrunk; null when nothing does. */
function counterexample<T extends [unknown, ...unknown[]]>(
  property: fc.IProperty<T>,
  numRuns = RUNS,
): string | null {
  return fc.defaultReportMessage(fc.check(property, { numRuns })) ?? null;
}

type Paced = Pick<LoadNow, 'live' | 'maxConcurrentCalls' | 'callsPerSecond' | 'claimedLately' | 'waiting'>;

/** Whether so many more keep to limit and pace, by the words of the rule. */
function keeps(now: Paced, more: number, tick: number): boolean {
  const perHorizon = now.callsPerSecond * horizonSeconds(now.callsPerSecond, tick) + 1e-6;
  return (
    now.live + more <= now.maxConcurrentCalls &&
    now.claimedLately + more <= perHorizon &&
    now.waiting + more <= perHorizon
  );
}

describe('the allotment, for any load', { timeout: 120_000 }, () => {
  it('passes no limit and no pace, of the installation or of a campaign', () => {
    expect(
      counterexample(
        fc.property(loads, ticks, (load, tick) => {
          const given = allot(load, tick);
          const sum = [...given.values()].reduce((total, one) => total + one, 0);
          must(sum === 0 || keeps(load, sum, tick), `${sum} in all`);
          for (const [id, one] of given) {
            must(Number.isInteger(one) && one > 0, 'no whole number');
            must(
              keeps(
                load.campaigns.find((other) => other.id === id)!,
                one,
                tick,
              ),
              `${one} for ${id}`,
            );
          }
        }),
      ),
    ).toBe(null);
  });

  it('gives all that may be given', () => {
    expect(
      counterexample(
        fc.property(loads, ticks, (load, tick) => {
          const given = allot(load, tick);
          const sum = [...given.values()].reduce((total, one) => total + one, 0);
          if (!keeps(load, sum + 1, tick)) return;
          for (const one of load.campaigns)
            must(!keeps(one, (given.get(one.id) ?? 0) + 1, tick), `${one.id} held back`);
        }),
      ),
    ).toBe(null);
  });

  it('gives nobody a call that somebody less served could have had', () => {
    expect(
      counterexample(
        fc.property(loads, ticks, (load, tick) => {
          const given = allot(load, tick);
          const used = (one: CampaignLoadNow, calls: number) => (one.live + calls) / one.maxConcurrentCalls;
          for (const one of load.campaigns) {
            const got = given.get(one.id) ?? 0;
            if (!keeps(one, got + 1, tick)) continue;
            for (const other of load.campaigns.filter(({ id }) => (given.get(id) ?? 0) > 0)) {
              must(used(other, given.get(other.id)! - 1) <= used(one, got), `${other.id} before ${one.id}`);
            }
          }
        }),
      ),
    ).toBe(null);
  });

  it('starves no campaign, however few places there are and however long calls last', () => {
    const campaigns = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 5 });
    const lengths = fc.infiniteStream(fc.integer({ min: 1, max: 4 }));
    expect(
      counterexample(
        fc.property(campaigns, fc.integer({ min: 1, max: 4 }), lengths, (limits, places, calls) => {
          const on = limits.map((maxConcurrentCalls, n) => ({
            id: `c${n}`,
            maxConcurrentCalls,
            ends: [] as number[],
            servedAt: -1,
          }));
          const longest = 4 * on.length;
          for (let second = 0; second < 3 * longest; second++) {
            for (const one of on) one.ends = one.ends.filter((end) => end > second);
            const unpaced = { callsPerSecond: 100, claimedLately: 0, waiting: 0 };
            const live = on.reduce((total, one) => total + one.ends.length, 0);
            const given = allot(
              {
                ...unpaced,
                live,
                maxConcurrentCalls: places,
                campaigns: on.map(({ id, maxConcurrentCalls, ends, servedAt }) => ({
                  ...unpaced,
                  id,
                  maxConcurrentCalls,
                  live: ends.length,
                  lastClaimedAt: servedAt < 0 ? null : new Date(servedAt * 1_000),
                })),
              },
              1,
            );
            for (const one of on) {
              const got = given.get(one.id) ?? 0;
              for (let n = 0; n < got; n++) one.ends.push(second + calls.next().value);
              if (got > 0 || one.ends.length > 0) one.servedAt = second;
              must(second - one.servedAt <= longest, `${one.id} waits since ${one.servedAt}`);
            }
          }
        }),
        // Each case is some thirty ticks.
        Math.ceil(RUNS / 30),
      ),
    ).toBe(null);
  });
});
