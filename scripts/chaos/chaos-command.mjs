/**
 * `npm run chaos`: real worker processes on real sockets, killed, frozen and cut off from a database that is restarted
 * under them, while people are called. Then everything is let be, and the rows are compared with what the carrier saw.
 *
 * The sequence of faults comes from the seed. What it meets does not: processes and sockets have a time of their own.
 */
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { openPool } from '../acceptance/rows.mjs';
import { ensureBuilt } from '../lib/build.mjs';
import { createDatabase, dropDatabase } from '../lib/databases.mjs';
import { ensureInstalled } from '../lib/install.mjs';
import { requirePlatform } from '../lib/preflight.mjs';
import { onStopRequest } from '../lib/processes.mjs';
import { dataDirectory, projectRoot } from '../lib/project.mjs';
import { say, step } from '../lib/terminal.mjs';
import { withDatabaseServer } from './database-server.mjs';
import { findingsOf } from './findings.mjs';
import { optionsOf } from './options.mjs';
import { planFaults } from './plan.mjs';
import { conclude } from './report.mjs';
import { play } from './run.mjs';
import { Stage } from './stage.mjs';

const INTERRUPTED = 130;

/**
 * @param {string[]} words
 * @returns {Promise<number>} exit code
 */
export async function chaos(words) {
  const options = optionsOf(words);
  requirePlatform({ needsDatabase: !process.env.DATABASE_URL });
  const stop = new AbortController();
  onStopRequest((reason) => {
    say(`\nStopping (${reason}).`);
    stop.abort(new Error(`interrupted (${reason})`));
  });
  const folder = join(
    dataDirectory,
    'chaos',
    `${new Date().toISOString().replace(/[:.]/g, '-')}-${process.pid}`,
  );
  try {
    await step('dependencies', ensureInstalled, String);
    await step('build', ensureBuilt, String);
    return await withDatabaseServer((server) => withOwnDatabase(server, folder, options, stop.signal));
  } catch (error) {
    if (stop.signal.aborted) return INTERRUPTED;
    throw error;
  }
}

/**
 * @param {import('./database-server.mjs').DatabaseServer} server
 * @param {string} folder
 * @param {import('./options.mjs').Options} options
 * @param {AbortSignal} signal
 */
async function withOwnDatabase(server, folder, options, signal) {
  const name = `voice_survey_chaos_${process.pid}_${randomBytes(4).toString('hex')}`;
  const databaseUrl = await createDatabase(server.adminUrl, name);
  say(`  database       ${name}, dropped at the end`);
  // A build that somebody makes meanwhile must not get into a run that has begun.
  mkdirSync(folder, { recursive: true });
  const build = join(folder, 'build');
  cpSync(join(projectRoot, 'dist'), build, { recursive: true });
  const durationMs = options.minutes * 60_000;
  const plan = planFaults({ ...options, durationMs }, { restarts: server.notRestarted === null });
  const pool = await openPool(databaseUrl);
  const setting = {
    ...options,
    durationMs,
    plan,
    server,
    databaseUrl,
    pool,
    folder,
    build: relative(projectRoot, build),
    signal,
  };
  const stage = new Stage(setting);
  try {
    return await conclude(await findingsOf(await play(setting, stage)));
  } finally {
    await stage.close();
    await pool.end().catch(() => {});
    rmSync(build, { recursive: true, force: true });
    await dropDatabase(server.adminUrl, name);
  }
}
