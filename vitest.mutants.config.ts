import { defineConfig } from 'vitest/config';

/**
 * For Stryker, which knows no projects: the specs of the pure core and nothing that needs a database. Properties try fewer
 * cases, or each of some thousand mutants would try ten thousand.
 */
export default defineConfig({
  test: {
    environment: 'node',
    restoreMocks: true,
    include: ['src/*/domain/**/*.spec.ts'],
    testTimeout: 10_000,
    env: { PROPERTY_RUNS: '100' },
  },
});
