import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAULTS } from '../../simulation/faults.js';
import { Laboratory } from '../../simulation/run-seed.js';
import type { RunOptions, RunReport } from '../../simulation/run-report.js';
import { openTestDatabase } from '../support/test-database.js';

/** Twenty contacts: the least with which a seed counts. */
export const SIZE = { campaigns: 2, contacts: 20, workers: 3 };

export const SIZE_OPTIONS = Object.entries(SIZE).flatMap(([name, value]) => [`--${name}`, String(value)]);

/** A run takes two to four seconds on a quiet machine; a test that is given up leaves the database to the next one. */
export const LONG = { timeout: 600_000 };

export interface OpenLaboratory {
  run(seed: string, change?: Partial<RunOptions>): Promise<RunReport>;
  /** Runs the seed with all faults; fails with what was violated and how to see it again. */
  expectNoViolation(seed: string): Promise<RunReport>;
  close(): Promise<void>;
}

export async function openLaboratory(): Promise<OpenLaboratory> {
  const database = await openTestDatabase();
  const laboratory = await Laboratory.open(database.url);
  // Every error is judged by the run itself.
  Logger.overrideLogger(false);
  const run = (seed: string, change: Partial<RunOptions> = {}) =>
    laboratory.run({ seed, ...SIZE, faults: new Set(FAULTS), ...change });
  return {
    run,
    expectNoViolation: async (seed) => {
      const report = await run(seed);
      const replay = ['npm run simulate -- --seed', seed, ...SIZE_OPTIONS, '--trace'].join(' ');
      expect(report.violations, `${report.lastSteps.join('\n')}\n${replay}`).toEqual([]);
      return report;
    },
    close: async () => {
      Logger.overrideLogger(['log', 'error', 'warn', 'fatal']);
      await laboratory.close();
      await database.close();
    },
  };
}

/** A test for each seed of a range, and for what they have met all together. */
export function seededRuns(
  from: number,
  to: number,
  onceFailed: { seed: string; because: string }[] = [],
): void {
  const range = Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
  const reports: RunReport[] = [];
  let laboratory: OpenLaboratory;
  beforeAll(async () => {
    laboratory = await openLaboratory();
  });
  afterAll(async () => laboratory.close());

  describe('whatever fails, nobody is rung twice, nobody is lost and no answer is missing', () => {
    it.each(range)('in the run of seed %s', LONG, async (seed) => {
      const report = await laboratory.expectNoViolation(seed);
      expect(report.faultCount).toBeGreaterThanOrEqual(50);
      reports.push(report);
    });

    it.each(onceFailed)('in the run of seed $seed, where $because', LONG, async ({ seed }) => {
      const report = await laboratory.expectNoViolation(seed);
      expect(report.violations).toEqual([]);
    });

    it('though every kind of fault was met, in runs that all differ', () => {
      const met = new Set(reports.flatMap(({ faults }) => Object.keys(faults)));
      expect([...met].toSorted()).toEqual([...FAULTS].toSorted());
      const total = reports.reduce((sum, { faultCount }) => sum + faultCount, 0);
      expect(total).toBeGreaterThanOrEqual(100 * range.length);
      expect(new Set(reports.map(({ hash }) => hash)).size).toBe(range.length);
    });

    it('and people came to every end: they finished, refused or were never reached', () => {
      const people = (state: string) => reports.reduce((sum, { final }) => sum + (final[state] ?? 0), 0);
      // Each of them some in a run of twenty: far less would mean that hardly anything was led to its end.
      expect(people('completed')).toBeGreaterThanOrEqual(3 * range.length);
      expect(people('refused')).toBeGreaterThanOrEqual(range.length);
      expect(people('not_reached')).toBeGreaterThanOrEqual(range.length);
      expect(people('pending') + people('in_progress')).toBe(0);
    });
  });
}
