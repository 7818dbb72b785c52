/** `npm test`: every check and every test, on databases of its own. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { runChecks } from './checks.mjs';
import { withoutConfiguration } from './environment.mjs';
import { ensureInstalled } from './install.mjs';
import { packageBinary } from './package-binary.mjs';
import { requirePlatform } from './preflight.mjs';
import { onStopRequest, startNode } from './processes.mjs';
import { ensureDataDirectory, messageOf } from './project.mjs';
import { say, step } from './terminal.mjs';
import { reachTestServer } from './test-server.mjs';

const STOP_GRACE_MS = 5_000;

/** @returns {Promise<number>} exit code */
export async function test() {
  /** @type {Set<() => Promise<unknown>>} */
  const cleanup = new Set();
  const cleanUp = async () => {
    for (const undo of [...cleanup].reverse()) await undo().catch((error) => say(messageOf(error)));
  };
  const interrupted = new Promise((resolve) => onStopRequest(() => resolve(130)));
  const work = checkAndTest(cleanup);
  work.catch(() => {});
  try {
    return await Promise.race([work, interrupted]);
  } catch (error) {
    say(`\n${messageOf(error)}`);
    say('0 passed, 1 failed, 0 skipped');
    return 1;
  } finally {
    await cleanUp();
  }
}

/**
 * @param {Set<() => Promise<unknown>>} cleanup
 * @returns {Promise<number>}
 */
async function checkAndTest(cleanup) {
  requirePlatform({ needsDatabase: !process.env.DATABASE_URL });
  await step('dependencies', ensureInstalled, String);
  await runChecks();
  await step('build', ensureBuilt, String);
  const pending = reachTestServer();
  cleanup.add(async () => (await pending).leave());
  const server = await step('database', () => pending, describe);

  const results = join(ensureDataDirectory(), `test-results-${process.pid}.json`);
  rmSync(results, { force: true });
  cleanup.add(async () => rmSync(results, { force: true }));
  const vitest = startNode(
    [
      packageBinary('vitest'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${results}`,
      ...process.argv.slice(2),
    ],
    {
      env: {
        ...withoutConfiguration(process.env),
        NODE_ENV: 'test',
        // `npm run check` tries more than three times as many.
        PROPERTY_RUNS: process.env.PROPERTY_RUNS ?? '3000',
        TEST_DATABASE_ADMIN_URL: server.adminUrl,
      },
    },
  );
  cleanup.add(() => vitest.stop(STOP_GRACE_MS));
  const { code } = await vitest.exited;
  const counts = countTests(results);
  say(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return code === 0 && counts.failed > 0 ? 1 : (code ?? 1);
}

/** @param {import('./test-server.mjs').TestServer} server */
function describe({ adminUrl, cluster }) {
  const { hostname, port } = new URL(adminUrl);
  return cluster ? `embedded PostgreSQL on port ${port}` : `own databases on ${hostname}`;
}

/**
 * A file that could not even be loaded has no tests to count and is one failure.
 *
 * @param {string} file of Vitest's JSON reporter
 */
function countTests(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  /** @type {{ status: string, assertionResults: unknown[] }[]} */
  const files = report.testResults;
  const broken = files.filter(
    (result) => result.status === 'failed' && result.assertionResults.length === 0,
  ).length;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
