/**
 * A PostgreSQL cluster of this clone's own, started when no DATABASE_URL is given.
 *
 * It listens on 127.0.0.1 only, on a port the operating system found free, with SCRAM and a generated password (0600).
 * A cluster left behind by a killed launcher is taken over, not fought. The last user to leave stops it, unless it was
 * started by hand (`node scripts/db.mjs start`).
 */
import { mkdirSync, readdirSync, rmSync, unlinkSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { withFileLock } from './file-lock.mjs';
import { preparePlace } from './postgres-place.mjs';
import { initialiseServer, passwordOf, runningPort, startServer, stopServer } from './postgres-server.mjs';
import { isAlive } from './process-table.mjs';
import { dataDirectory, ensureDataDirectory, LauncherError } from './project.mjs';

export { createDatabase, databaseUrl, dropDatabase } from './databases.mjs';

const BY_HAND = 'by-hand';

/**
 * @typedef {'postgres' | 'postgres-test'} ClusterName `postgres` persists a developer's work, `postgres-test` holds throw-away databases
 * @typedef {object} Cluster
 * @property {ClusterName} name
 * @property {string} adminUrl of the database `postgres`, as superuser
 * @property {number} port the one of the last start, when it is still free
 * @property {boolean} startedByUs false: it was running already
 * @property {() => Promise<void>} stop leaves the cluster, and stops it when nobody else uses it
 * @property {(mode?: 'fast' | 'immediate') => Promise<void>} restart stops and starts it on the same port; refused while others use it
 */

/** @type {ReadonlyArray<ClusterName>} */
export const clusterNames = ['postgres', 'postgres-test'];

let leases = 0;

/**
 * Starts the cluster, or joins the running one. Safe to call from several processes at once.
 *
 * @param {{ name?: ClusterName, byHand?: boolean }} [options] byHand: it stays up until `stopByHand`
 * @returns {Promise<Cluster>}
 */
export async function ensureCluster({ name = 'postgres', byHand = false } = {}) {
  ensureDataDirectory();
  return withFileLock(lockPath(name), async () => {
    const place = preparePlace(name);
    await initialiseServer(place);
    const running = await runningPort(place);
    const port = running ?? (await startServer(place));
    const lease = takeLease(name, byHand);
    return {
      name,
      port,
      adminUrl: `postgres://postgres:${passwordOf(place)}@127.0.0.1:${port}/postgres`,
      startedByUs: running === undefined,
      stop: () =>
        withFileLock(lockPath(name), async () => {
          rmSync(lease, { force: true });
          if (liveLeases(name).length === 0) await stopServer(place);
        }),
      restart: (mode = 'fast') =>
        withFileLock(lockPath(name), async () => {
          if (liveLeases(name).some((other) => other !== lease)) {
            throw new LauncherError(
              `The database "${name}" is also used by others: it is not restarted under them.`,
            );
          }
          await stopServer(place, mode);
          await startServer(place, { port });
        }),
    };
  });
}

/**
 * @param {ClusterName} name
 * @returns {Promise<string | undefined>} its admin URL if it runs; nothing is started
 */
export async function runningClusterUrl(name) {
  if (!existsSync(join(dataDirectory, name))) return undefined;
  const place = preparePlace(name);
  const port = await runningPort(place);
  return port === undefined
    ? undefined
    : `postgres://postgres:${passwordOf(place)}@127.0.0.1:${port}/postgres`;
}

/**
 * Ends what `byHand` began. While other processes use the cluster it stays up for them.
 *
 * @param {ClusterName} name
 * @returns {Promise<'stopped' | 'still used'>}
 */
export async function stopByHand(name) {
  ensureDataDirectory();
  return withFileLock(lockPath(name), async () => {
    rmSync(join(leaseFolder(name), BY_HAND), { force: true });
    if (liveLeases(name).length > 0) return 'still used';
    if (existsSync(join(dataDirectory, name))) await stopServer(preparePlace(name));
    return 'stopped';
  });
}

/** @param {ClusterName} name */
function lockPath(name) {
  return join(dataDirectory, `${name}.lock`);
}

/** @param {ClusterName} name */
function leaseFolder(name) {
  return join(dataDirectory, `${name}.users`);
}

/**
 * @param {ClusterName} name
 * @param {boolean} byHand
 */
function takeLease(name, byHand) {
  mkdirSync(leaseFolder(name), { recursive: true });
  const lease = join(leaseFolder(name), byHand ? BY_HAND : `${process.pid}-${++leases}`);
  writeFileSync(lease, '');
  return lease;
}

/**
 * @param {ClusterName} name
 * @returns {string[]} paths; leases of processes that died are removed
 */
function liveLeases(name) {
  const folder = leaseFolder(name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((entry) => {
      if (entry === BY_HAND || isAlive(Number.parseInt(entry, 10))) return true;
      unlinkSync(join(folder, entry));
      return false;
    })
    .map((entry) => join(folder, entry));
}
