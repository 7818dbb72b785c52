import { basename } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** They take minutes, mostly waiting for real processes or seeded runs: a suite that began with others would end with these. */
const LONGEST = [
  'chaos.test.ts',
  'failover.test.ts',
  'seeds-1-to-25.test.ts',
  'seeds-26-to-50.test.ts',
  'workers.test.ts',
  'reproducible.test.ts',
  'acknowledged-facts.test.ts',
  'mutants.test.ts',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const index = LONGEST.indexOf(basename(moduleId));
      return index < 0 ? LONGEST.length : index;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

/**
 * `unit`: pure specs beside their source; no database, network or clock. `integration`: everything else, each file on a
 * database of its own cloned from the migrated template that the global setup makes. Three files run at a time, on two
 * cores: many of them wait for other processes. One process runs many files and loads the application once, so a file
 * leaves nothing changed behind, and none mocks a module.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    isolate: false,
    maxWorkers: 3,
    environment: 'node',
    restoreMocks: true,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.spec.ts'],
          testTimeout: 10_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/**/*.test.ts'],
          globalSetup: ['test/setup/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
