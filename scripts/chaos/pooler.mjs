/** PgBouncer in transaction mode between some of the workers and the database, where it is installed. */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, chownSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { answers, freePort } from '../lib/ports.mjs';
import { delay } from '../lib/project.mjs';

const READY_WITHIN_MS = 10_000;
const POLL_MS = 50;

/**
 * @typedef {{ port: number, stop: () => Promise<void> }} Pooler
 */

/** @returns {string | undefined} Debian puts it beside the daemons */
export function poolerBinary() {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, 'pgbouncer')).find(isExecutable);
}

/**
 * It refuses to run as root, so root drops to the account that our PostgreSQL runs as, else to "nobody".
 *
 * @param {string} binary
 * @param {string} databaseUrl
 * @param {import('../lib/postgres-place.mjs').Account} given
 * @returns {Promise<Pooler>}
 */
export async function startPooler(binary, databaseUrl, given) {
  const account = given ?? (process.getuid?.() === 0 ? nobody() : undefined);
  const { hostname, port, username, password } = new URL(databaseUrl);
  const folder = mkdtempSync(join(tmpdir(), 'chaos-pooler-'));
  const listens = await freePort();
  const users = join(folder, 'users.txt');
  const settings = join(folder, 'pgbouncer.ini');
  const quoted = (/** @type {string} */ text) => `"${decodeURIComponent(text).replaceAll('"', '""')}"`;
  writeFileSync(users, `${quoted(username)} ${quoted(password)}\n`, { mode: 0o600 });
  writeFileSync(
    settings,
    [
      '[databases]',
      `* = host=${hostname} port=${port || 5432}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${listens}`,
      'unix_socket_dir =',
      'auth_type = scram-sha-256',
      `auth_file = ${users}`,
      'pool_mode = transaction',
      'max_client_conn = 200',
      'default_pool_size = 12',
      // A database that comes back is used at once, not after the usual fifteen seconds.
      'server_login_retry = 0.5',
      'query_wait_timeout = 5',
      'ignore_startup_parameters = extra_float_digits',
      'log_connections = 0',
      'log_disconnections = 0',
      '',
    ].join('\n'),
    { mode: 0o600 },
  );
  if (account !== undefined)
    for (const path of [folder, users, settings]) chownSync(path, account.uid, account.gid);
  const child = spawn(binary, [settings], { ...account, cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => (said = (said + String(chunk)).slice(-2_000)));
  const ended = new Promise((resolve) => child.once('close', resolve));
  let isOver = false;
  void ended.then(() => (isOver = true));
  child.once('error', (error) => (said += error.message));
  const stop = async () => {
    if (!isOver) child.kill('SIGKILL');
    if (child.pid !== undefined) await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const began = performance.now();
  while (!(await answers(listens))) {
    if (isOver || child.pid === undefined || performance.now() - began > READY_WITHIN_MS) {
      await stop();
      throw new Error(`it does not start: ${said.trim().split('\n').at(-1)}`);
    }
    await delay(POLL_MS);
  }
  return { port: listens, stop };
}

/** @returns {import('../lib/postgres-place.mjs').Account} */
function nobody() {
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    spawnSync('id', [flag, 'nobody'], { encoding: 'utf8' }).stdout?.trim(),
  );
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
