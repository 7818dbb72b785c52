import { Logger } from '@nestjs/common';
import { expect } from 'vitest';
import { FAULTS } from '../../simulation/faults.js';
import { Laboratory } from '../../simulation/run-seed.js';
import type { RunOptions, RunReport } from '../../simulation/world.js';
import { openTestDatabase } from '../support/test-database.js';

/** Twenty contacts: the least with which a seed counts. */
export const SIZE = { campaigns: 2, contacts: 20, workers: 3 };

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
      const { campaigns, contacts, workers } = SIZE;
      const replay = `npm run simulate -- --seed ${seed} --campaigns ${campaigns} --contacts ${contacts} --workers ${workers} --trace`;
      expect(report.violations, `${report.lastSteps.join('\n')}\n${replay}`).toEqual([]);
      return report;
    },
    close: async () => {
      await laboratory.close();
      await database.close();
    },
  };
}

export function seeds(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
}
