import { linkSync, readFileSync, renameSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { isAlive } from './process-table.mjs';
import { delay, hasCode, LauncherError } from './project.mjs';

const HEARTBEAT_MS = 2_000;
const STALE_MS = 30_000;
const POLL_MS = 100;

/**
 * Runs `work` while holding the lock file `path`. A holder that died, or whose heartbeat stopped for 30 s
 * (its process id may have been given to another program since), loses the lock to the next who asks.
 *
 * @template T
 * @param {string} path
 * @param {() => Promise<T>} work
 * @param {{ onWait?: () => void, timeoutMs?: number, busy?: (holder: number) => string }} [options] busy: what to say when the time is over
 * @returns {Promise<T>}
 */
export async function withFileLock(path, work, { onWait, timeoutMs = 15 * 60_000, busy } = {}) {
  const token = `${process.pid} ${process.hrtime.bigint()}`;
  const deadline = Date.now() + timeoutMs;
  let waited = false;
  while (!tryCreate(path, token)) {
    if (stealIfStale(path)) continue;
    if (Date.now() >= deadline) {
      const holder = Number.parseInt(contentOf(path) ?? '', 10);
      throw new LauncherError(busy?.(holder) ?? `Process ${holder} still holds ${path}.`);
    }
    if (!waited) onWait?.();
    waited = true;
    await delay(POLL_MS);
  }
  const heartbeat = setInterval(() => touch(path), HEARTBEAT_MS);
  heartbeat.unref();
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if (contentOf(path) === token) unlinkSync(path);
  }
}

/**
 * @param {string} path
 * @param {string} token
 */
function tryCreate(path, token) {
  try {
    writeFileSync(path, token, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** @param {string} path */
function stealIfStale(path) {
  const seen = contentOf(path);
  if (seen === undefined) return true;
  const age = ageOf(path);
  // An empty file is a holder between creating and writing it.
  const holderDied = seen !== '' && !isAlive(Number.parseInt(seen, 10));
  if (!holderDied && age < STALE_MS) return false;
  const aside = `${path}.${process.pid}.stale`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return true;
    throw error;
  }
  // Two who saw the same stale lock: the slower one has just moved away the faster one's new lock. It goes back.
  if (contentOf(aside) !== seen) {
    try {
      linkSync(aside, path);
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error;
    }
  }
  unlinkSync(aside);
  return true;
}

/** @param {string} path */
function contentOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** @param {string} path */
function ageOf(path) {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

/** @param {string} path */
function touch(path) {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // The lock was taken away from a holder that had been suspended: nothing is left to keep fresh.
  }
}
