/** One PostgreSQL server process: initdb, start, stop, and what a crash of it or of its launcher leaves behind. */
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { answers, freePort } from './ports.mjs';
import { run, runDetached } from './postgres-programs.mjs';
import { disownPidFile, isServer, readPidFile } from './postmaster-pid.mjs';
import { delay, LauncherError } from './project.mjs';

/** @typedef {import('./postgres-place.mjs').Place} Place */

/** Durable, as production must be: readiness reads these settings, and faults are survived only with them. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  max_connections: '200',
  shared_buffers: '128MB',
  max_wal_size: '512MB',
  fsync: 'on',
  synchronous_commit: 'on',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
};
const LOG_LIMIT_BYTES = 5_000_000;
const START_SECONDS = 60;
const STOP_SECONDS = 5;

/** @param {Place} place */
export function passwordOf(place) {
  return readFileSync(passwordFile(place), 'utf8').trim();
}

/**
 * Creates the cluster if there is none. It is built aside and renamed, so that an interrupted initdb leaves nothing.
 *
 * @param {Place} place
 */
export async function initialiseServer(place) {
  const data = dataOf(place);
  if (existsSync(data)) {
    const found = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
    if (found !== String(place.major)) {
      throw new LauncherError(
        `${data} was made by PostgreSQL ${found}, this is ${place.major}: dump it with the old version, or delete .data/ to start over.`,
      );
    }
    if (!existsSync(passwordFile(place))) {
      throw new LauncherError(`The password of ${data} is gone: delete .data/ to start over.`);
    }
    return;
  }
  writeFileSync(passwordFile(place), `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
  if (place.account) chownSync(passwordFile(place), place.account.uid, place.account.gid);
  const partial = `${data}.partial`;
  rmSync(partial, { recursive: true, force: true });
  const { code, output } = await run(place, 'initdb', [
    `--pgdata=${partial}`,
    '--username=postgres',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile(place)}`,
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
  ]);
  if (code !== 0) throw new LauncherError(`initdb failed:\n${output.trim()}`);
  renameSync(partial, data);
}

/**
 * @param {Place} place
 * @returns {Promise<number | undefined>} the port of the running server, after waiting for one that is starting or stopping
 */
export async function runningPort(place) {
  const deadline = Date.now() + START_SECONDS * 1000;
  for (;;) {
    const found = readPidFile(dataOf(place));
    if (found === undefined || !isServer(found.pid, dataOf(place))) return undefined;
    if (found.ready && (await answers(found.port))) return found.port;
    if (Date.now() > deadline) {
      throw new LauncherError(
        `PostgreSQL (process ${found.pid}) does not become ready; see ${logOf(place)}.`,
      );
    }
    await delay(100);
  }
}

/**
 * @param {Place} place
 * @param {{ port?: number }} [options] a port that must be used; otherwise the last one is tried first
 * @returns {Promise<number>} port
 */
export async function startServer(place, { port: required } = {}) {
  const remembered = join(place.directory, 'port');
  const last = existsSync(remembered) ? Number(readFileSync(remembered, 'utf8')) : 0;
  limitLog(place);
  for (let attempt = 1; ; attempt++) {
    disownPidFile(dataOf(place));
    disownSockets(place);
    const port = required ?? (await freePort(attempt === 1 ? last : 0));
    const settings = Object.entries({
      port: String(port),
      unix_socket_directories: socketDirectory(place),
      ...SETTINGS,
    });
    const options = settings.map(([key, value]) => `-c ${key}='${value}'`).join(' ');
    // With a pipe instead of 'ignore' we would wait for the server, which inherits it.
    const code = await runDetached(place, [
      'start',
      '-w',
      '-t',
      String(START_SECONDS),
      '-l',
      logOf(place),
      '-o',
      options,
    ]);
    if (code === 0) {
      writeFileSync(remembered, String(port));
      return port;
    }
    // The port was taken meanwhile, or processes of a killed server are still leaving its shared memory.
    if (attempt === 4) throw new LauncherError(`PostgreSQL does not start:\n${lastLines(logOf(place))}`);
    await delay(500);
  }
}

/**
 * @param {Place} place
 * @param {'fast' | 'immediate'} [mode]
 */
export async function stopServer(place, mode = 'fast') {
  const found = readPidFile(dataOf(place));
  if (found === undefined || !isServer(found.pid, dataOf(place))) return;
  const wait = ['-w', '-t', String(STOP_SECONDS)];
  if ((await runDetached(place, ['stop', '-m', mode, ...wait])) === 0) return;
  await runDetached(place, ['stop', '-m', 'immediate', ...wait]);
}

/**
 * The cluster's own folder, which nobody else can enter; none where the path is more than a socket's name can hold.
 *
 * @param {Place} place
 */
const socketDirectory = ({ directory }) => (/^[\w./-]{1,80}$/.test(directory) ? directory : '');
/**
 * What a killed server leaves: the next one would not start while the process id in there belongs to anybody.
 *
 * @param {Place} place
 */
function disownSockets({ directory }) {
  for (const name of readdirSync(directory)) {
    if (name.startsWith('.s.PGSQL.')) rmSync(join(directory, name), { force: true });
  }
}

/** @param {Place} place */
const dataOf = (place) => join(place.directory, 'data');
/** @param {Place} place */
const logOf = (place) => join(place.directory, 'server.log');
/** @param {Place} place */
const passwordFile = (place) => join(place.directory, 'password');

/** @param {Place} place */
function limitLog(place) {
  const size = statSync(logOf(place), { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_LIMIT_BYTES) truncateSync(logOf(place));
}

/** @param {string} file */
function lastLines(file) {
  return (existsSync(file) ? readFileSync(file, 'utf8') : '').trimEnd().split('\n').slice(-10).join('\n');
}
