/**
 * Mutants of the pure core, killed by the specs beside it; no database. One folder at a time while working:
 * `npm run mutants:domain -- --mutate 'src/telephony/domain/**\/*.ts,!**\/*.spec.ts'`.
 */
/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutants.config.ts', related: true },
  mutate: ['src/*/domain/**/*.ts', '!**/*.spec.ts'],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // With --incremental: it does not notice new specs for tables, which are read once, when a module is loaded.
  incrementalFile: '.data/stryker/incremental.json',
  tempDirName: '.data/stryker/sandbox',
  ignorePatterns: [
    '/.data',
    '/dist',
    '/docs',
    '/examples',
    '/test',
    '/migrations',
    '/scripts',
    '/simulation',
    '/chaos',
    '/.git',
    '/.ci',
  ],
  reporters: ['progress-append-only', 'clear-text', 'json'],
  jsonReporter: { fileName: '.data/stryker/report.json' },
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
  thresholds: { high: 95, low: 90, break: 90 },
};
