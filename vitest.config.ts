import { defineConfig } from 'vitest/config';

/**
 * `unit`: pure specs beside their source; no database, network or clock. `integration`: everything else, each file on a
 * database of its own cloned from the migrated template that the global setup makes. Files run in processes of their
 * own, two at a time: the tests start servers and kill workers, and CI has two cores.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    environment: 'node',
    restoreMocks: true,
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
