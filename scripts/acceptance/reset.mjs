/** Steps 0 to 2: everything stopped, and the seed's reset, word for word. */
import { CONTACTS, SHUTDOWN_GRACE_MS } from './cast.mjs';
import { counted } from './report.mjs';
import { progressOf, rowsOf, SESSION_NAME } from './rows.mjs';
import { until } from './until.mjs';
import { end, isGone } from './worker.mjs';

const RESET = [
  'DELETE FROM call_attempts;',
  "UPDATE contacts SET state='pending', attempts_count=0, last_attempt_at=NULL;",
];
const LOOK = 'SELECT id, state, attempts_count FROM contacts; SELECT * FROM call_attempts;';
/** What a process may need on a busy machine besides the grace it gives its calls. */
const STOP_BOUND_MS = SHUTDOWN_GRACE_MS + 5_000;

/**
 * @typedef {import('./stage.mjs').Stage} Stage
 * @typedef {import('./report.mjs').Notes} Notes
 */

/**
 * @param {Stage} stage
 * @param {Notes} notes
 */
export async function stopEverything(stage, { see, check }) {
  const { pool } = stage;
  const before = await progressOf(pool);
  const workers = [...stage.workers];
  const exits = await Promise.all(workers.map((worker) => stage.end(worker, 'SIGTERM')));
  for (const [index, { code, signal, tookMs }] of exits.entries()) {
    const { name, pid } = workers[index] ?? { name: 'worker', pid: 0 };
    see(
      `${name} (${pid}): SIGTERM, gone after ${(tookMs / 1_000).toFixed(1)} s (${signal ?? `exit code ${code}`})`,
    );
    check(signal === 'SIGTERM' || code === 0, `${name} ended with ${signal ?? `exit code ${code}`}`);
    check(tookMs < STOP_BOUND_MS, `${name} took ${tookMs.toFixed(0)} ms to stop`);
  }
  for (const worker of workers) check(isGone(worker), `${worker.name} (${worker.pid}) is still there`);

  const [after] = await rowsOf(
    pool,
    `SELECT count(*) FILTER (WHERE status = 'claimed')::int AS claimed,
            count(*) FILTER (WHERE outcome = 'canceled')::int AS canceled FROM call_attempts`,
  );
  see(
    `${counted(before.claimed, 'attempt')} claimed before, ${after.claimed} after; ${after.canceled} given back, ${counted(before.live, 'call')} live`,
  );
  check(
    after.claimed === 0,
    `${counted(after.claimed, 'claimed attempt was', 'claimed attempts were')} not given back`,
  );
  check(before.claimed === 0 || after.canceled > 0, 'no claimed attempt was given back');
  await until('the sessions of ended workers to go', async () => (await sessionsOfWorkers(pool)) === 0, {
    signal: stage.signal,
    withinMs: 10_000,
  });

  if (stage.carrier === undefined) return;
  const { server } = stage.carrier;
  const { code } = await end(server, 'SIGTERM');
  check(code === 0 && isGone(server), 'the carrier did not stop');
  stage.carrier = undefined;
}

/**
 * @param {import('pg').Pool} pool
 * @returns {Promise<number>}
 */
async function sessionsOfWorkers(pool) {
  const [{ sessions }] = await rowsOf(
    pool,
    `SELECT count(*)::int AS sessions FROM pg_stat_activity
      WHERE datname = current_database() AND application_name <> $1 AND backend_type = 'client backend'`,
    [SESSION_NAME],
  );
  return sessions;
}

/**
 * @param {Stage} stage
 * @param {Notes} notes
 * @param {{ inOne: boolean, campaignId: string, status: string }} options inOne: both statements in one request, else one after the other
 */
export async function reset({ pool }, { see, check }, { inOne, campaignId, status: expected }) {
  const [{ called, attempts }] = await rowsOf(
    pool,
    `SELECT (SELECT count(*)::int FROM contacts WHERE attempts_count > 0) AS called,
            (SELECT count(*)::int FROM call_attempts) AS attempts`,
  );
  see(`before: ${counted(attempts, 'attempt')} of ${counted(called, 'contact')}`);
  check(attempts > 0, 'nobody had been called: the reset shows nothing');
  for (const sql of inOne ? [RESET.join(' ')] : RESET) {
    await pool.query(sql);
    see(sql);
  }
  const [{ status, due }] = await rowsOf(
    pool,
    `SELECT status, (SELECT count(*)::int FROM contacts WHERE campaign_id = c.id AND next_attempt_at <= clock_timestamp()) AS due
       FROM campaigns c WHERE id = $1`,
    [campaignId],
  );
  see(`the campaign is ${status}, ${counted(due, 'contact is', 'contacts are')} due`);
  check(status === expected && due === CONTACTS.length, 'the campaign cannot be called again');
}

/**
 * @param {Stage} stage
 * @param {Notes} notes
 */
export async function look({ pool }, { see, check }) {
  see(LOOK);
  const results = /** @type {import('pg').QueryResult[]} */ (/** @type {unknown} */ (await pool.query(LOOK)));
  const [contacts = [], attempts = []] = results.map(({ rows }) => rows);
  const pending = contacts.filter(({ state, attempts_count }) => state === 'pending' && attempts_count === 0);
  see(
    `${counted(contacts.length, 'contact')}, ${pending.length} pending without an attempt; ${counted(attempts.length, 'attempt')}`,
  );
  check(contacts.length === CONTACTS.length, `${contacts.length} contacts instead of ${CONTACTS.length}`);
  check(pending.length === contacts.length, 'not every contact is pending');
  check(attempts.length === 0, 'an attempt is left');
}
