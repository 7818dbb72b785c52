/**
 * The PostgreSQL of a run: a cluster of its own, which it may stop and kill as it likes, or the server of DATABASE_URL,
 * on which it only has a database and its own sessions.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { databaseUrl, withClient } from '../lib/databases.mjs';
import { withFileLock } from '../lib/file-lock.mjs';
import { preparePlace } from '../lib/postgres-place.mjs';
import { initialiseServer, passwordOf, startServer, stopServer } from '../lib/postgres-server.mjs';
import { isServer, readPidFile } from '../lib/postmaster-pid.mjs';
import { dataDirectory, delay, ensureDataDirectory, LauncherError } from '../lib/project.mjs';
import { reachTestServer } from '../lib/test-server.mjs';

const CLUSTER = 'postgres-chaos';
const POLL_MS = 25;

/**
 * @typedef {'restart fast' | 'restart immediate' | 'postmaster killed'} Restart
 * @typedef {object} DatabaseServer
 * @property {string} adminUrl
 * @property {import('../lib/postgres-place.mjs').Account} account whom its files belong to
 * @property {string | null} notRestarted why it may not be restarted; null: it may
 * @property {(how: Restart, downMs: number) => Promise<void>} restart
 */

/**
 * @template T
 * @param {(server: DatabaseServer) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withDatabaseServer(work) {
  if (process.env.DATABASE_URL) {
    const server = await reachTestServer();
    const notRestarted = 'DATABASE_URL names a server that this run did not start';
    const restart = async () => {
      throw new LauncherError(notRestarted);
    };
    return work({ adminUrl: server.adminUrl, account: undefined, notRestarted, restart });
  }
  ensureDataDirectory();
  const busy = (/** @type {number} */ holder) => `Another chaos run (process ${holder}) has the database.`;
  return withFileLock(join(dataDirectory, 'chaos.lock'), () => onOwnCluster(work), { busy });
}

/**
 * @template T
 * @param {(server: DatabaseServer) => Promise<T>} work
 */
async function onOwnCluster(work) {
  const place = preparePlace(CLUSTER);
  const data = join(place.directory, 'data');
  // The lock is ours: whatever runs there was left by a run that was killed, and is of no use to anybody.
  if (existsSync(data)) await stopServer(place, 'immediate');
  await initialiseServer(place);
  const port = await startServer(place);
  const adminUrl = `postgres://postgres:${passwordOf(place)}@127.0.0.1:${port}/postgres`;
  await dropLeftovers(adminUrl);
  try {
    return await work({
      adminUrl,
      account: place.account,
      notRestarted: null,
      async restart(how, downMs) {
        if (how === 'postmaster killed') await killPostmaster(data);
        else await stopServer(place, how === 'restart fast' ? 'fast' : 'immediate');
        await delay(downMs);
        await startServer(place, { port });
      },
    });
  } finally {
    await stopServer(place, 'fast');
  }
}

/** @param {string} data directory */
async function killPostmaster(data) {
  const found = readPidFile(data);
  if (found === undefined) return;
  process.kill(found.pid, 'SIGKILL');
  while (isServer(found.pid, data)) await delay(POLL_MS);
}

/** @param {string} adminUrl */
async function dropLeftovers(adminUrl) {
  await withClient(adminUrl, async (client) => {
    const { rows } = await client.query(
      `SELECT datname FROM pg_database WHERE datname LIKE 'voice_survey_chaos_%'`,
    );
    for (const { datname } of rows) {
      await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(datname)} WITH (FORCE)`);
    }
  });
}

/**
 * @param {string} url
 * @param {AbortSignal} signal
 * @returns {Promise<{ at: number, databaseAt: Date }>} when it has accepted a connection and answered: our clock and its
 */
export async function untilItAnswers(url, signal) {
  for (;;) {
    signal.throwIfAborted();
    try {
      const databaseAt = await withClient(databaseUrl(url, 'postgres'), async (client) => {
        const { rows } = await client.query('SELECT clock_timestamp() AS at');
        return rows[0].at;
      });
      return { at: performance.now(), databaseAt };
    } catch {
      await delay(POLL_MS);
    }
  }
}
