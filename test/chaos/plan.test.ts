import { describe, expect, it } from 'vitest';
import { planFaults } from '../../scripts/chaos/plan.mjs';
import { letQuiet } from '../../scripts/chaos/quiet.mjs';

const MINUTE = 60_000;
const plan = (seed: string, minutes: number, workers = 2, restarts = true) =>
  planFaults({ seed, durationMs: minutes * MINUTE, workers }, { restarts });
const against = (faults: ReturnType<typeof plan>, whom: string) =>
  faults.filter((fault) => fault.against === whom);
const SEEDS = Array.from({ length: 200 }, (_, number) => `seed ${number}`);

describe('the faults of a chaos run', () => {
  it('are the same for the same seed and others for another', () => {
    expect(plan('7', 5)).toEqual(plan('7', 5));
    expect(plan('7', 5)).not.toEqual(plan('8', 5));
  });

  it('strike each worker every ten to twenty-two seconds, and restart the database once', () => {
    for (const seed of SEEDS) {
      expect(against(plan(seed, 1), 'worker').length).toBeGreaterThanOrEqual(4);
      expect(against(plan(seed, 1, 4), 'worker').length).toBeGreaterThanOrEqual(8);
      expect(against(plan(seed, 1), 'database').length).toBeGreaterThanOrEqual(1);
    }
  });

  it('are of every kind in a long run, with two hundred kills and stops and five restarts in twenty minutes', () => {
    for (const seed of SEEDS.slice(0, 20)) {
      const faults = plan(seed, 20, 4);
      expect(against(faults, 'worker').length).toBeGreaterThanOrEqual(200);
      expect(against(faults, 'database').length).toBeGreaterThanOrEqual(5);
      expect([...new Set(faults.map(({ kind }) => kind))].sort((a, b) => a.localeCompare(b))).toEqual([
        'black hole',
        'callbacks astray',
        'campaign paused',
        'campaign paused, hanging up',
        'carrier outage',
        'connections cut',
        'contact withdrawn',
        'creates fail',
        'dialling stopped',
        'frozen',
        'half-open',
        'killed',
        'limit lowered',
        'lists late',
        'long transaction',
        'number suppressed',
        'pace lowered',
        'postmaster killed',
        'restart fast',
        'restart immediate',
        'sessions terminated',
        'terminated',
      ]);
    }
  });

  it('leave a server alone that is not its own, and are otherwise the same', () => {
    const own = plan('7', 20);
    const foreign = plan('7', 20, 2, false);
    expect(against(foreign, 'database')).toEqual([]);
    expect(against(foreign, 'operator').length).toBeGreaterThanOrEqual(against(own, 'operator').length);
  });

  it('leave every second restart alone with the callers', () => {
    for (const seed of SEEDS.slice(0, 20)) {
      const faults = plan(seed, 20, 4);
      const alone = against(faults, 'database').filter((_, index) => index % 2 === 0);
      for (const { atMs, forMs } of alone) {
        const others = faults.filter(
          (other) =>
            other.against !== 'database' &&
            other.kind !== 'long transaction' &&
            other.atMs < atMs + forMs + 5_000 &&
            other.atMs + other.forMs > atMs - 4_000,
        );
        expect(others).toEqual([]);
      }
    }
  });

  it('wait for the end of a quiet time when their turn comes in it, and end before the next', () => {
    const quiet = [
      { from: 100, to: 200 },
      { from: 500, to: 600 },
    ];
    expect(letQuiet(quiet, 50, 30)).toEqual({ waitMs: 0, forMs: 30 });
    expect(letQuiet(quiet, 50, 90)).toEqual({ waitMs: 0, forMs: 50 });
    expect(letQuiet(quiet, 150, 900)).toEqual({ waitMs: 50, forMs: 300 });
    expect(letQuiet(quiet, 700, 900)).toEqual({ waitMs: 0, forMs: 900 });
  });
});
