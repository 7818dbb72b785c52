/** Steps 3 (or 7) and 4: workers start, a tick passes, everybody is called once. */
import { FAULTS, PACE, PEOPLE } from './cast.mjs';
import { mayHaveRung, readLedger } from './ledger.mjs';
import { counted } from './report.mjs';
import { progressOf, rowsOf } from './rows.mjs';
import { until } from './until.mjs';

const LOOK =
  'SELECT contact_id, attempt_number FROM call_attempts; SELECT state, attempts_count FROM contacts;';

/**
 * @typedef {import('./stage.mjs').Stage} Stage
 * @typedef {import('./report.mjs').Notes} Notes
 */

/**
 * @param {Stage} stage
 * @param {Notes} notes
 * @param {{ count: number, resume?: string }} options resume: a paused campaign, resumed when all are ready, so that they claim against each other
 */
export async function startWorkers(stage, { see }, { count, resume }) {
  const carrier = await stage.startCarrier();
  await carrier.setPeople(PEOPLE);
  await carrier.setFaults(FAULTS);
  const began = performance.now();
  const workers = await Promise.all(Array.from({ length: count }, () => stage.startWorker()));
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  see(`${workers.map(({ name, pid }) => `${name} (${pid})`).join(', ')} ready after ${seconds} s`);
  if (resume !== undefined) {
    await stage.api('POST', `/campaigns/${resume}/resume`);
    see('the campaign is resumed');
  }
  const callable = await callableContacts(stage);
  await until(
    `the tick that claims ${callable} contacts`,
    async () => (await progressOf(stage.pool)).attempts >= callable,
    {
      signal: stage.signal,
    },
  );
  await until(
    'every attempt to reach the carrier',
    async () => {
      const creates = readLedger(await carrier.read()).creates.map(({ attemptId }) => attemptId);
      return new Set(creates).size >= callable;
    },
    { signal: stage.signal },
  );
}

/**
 * @param {Stage} stage
 * @param {Notes} notes
 */
export async function lookAtFirstTick(stage, { see, check }) {
  const { pool } = stage;
  see(LOOK);
  const results = /** @type {import('pg').QueryResult[]} */ (/** @type {unknown} */ (await pool.query(LOOK)));
  const [attempts = [], contacts = []] = results.map(({ rows }) => rows);
  const snapshot = await rowsOf(
    pool,
    `SELECT a.id, a.status, a.attempt_number AS number, c.state FROM call_attempts a JOIN contacts c ON c.id = a.contact_id`,
  );
  const live = snapshot.filter(({ status }) => status !== 'ended');
  const inProgress = contacts.filter(({ state }) => state === 'in_progress').length;
  see(
    `${counted(attempts.length, 'attempt')}, all with number 1; ${inProgress} of ${counted(contacts.length, 'contact')} in_progress, ${counted(live.length, 'live attempt')}`,
  );
  check(attempts.length === (await callableContacts(stage)), 'somebody was not called, or twice');
  check(
    attempts.every(({ attempt_number }) => attempt_number === 1),
    'an attempt has another number than 1',
  );
  check(attempts.length < PACE.maxConcurrentCalls, 'the limit was reached: the step shows nothing');
  check(
    live.length > attempts.length / 2,
    `only ${live.length} attempts are live: the calls are too short to show anything`,
  );
  const astray = live.filter(({ state }) => state !== 'in_progress');
  check(astray.length === 0, `${counted(astray.length, 'contact')} with a live attempt not in_progress`);

  const { creates, calls } = readLedger(await stage.theCarrier().read());
  const rung = creates.filter(mayHaveRung);
  const refused = creates.length - rung.length;
  see(
    `the carrier's ledger: ${counted(creates.length, 'create')}, ${counted(calls.length, 'call')}` +
      (refused > 0 ? `; ${counted(refused, 'create')} refused with 429 before, to be sent again` : ''),
  );
  for (const { id } of snapshot) {
    const own = creates.filter(({ attemptId }) => attemptId === id);
    const taken = own.filter(mayHaveRung).length;
    check(
      taken === 1 || (taken === 0 && own.length > 0),
      `attempt ${id} was given to the carrier ${taken} times`,
    );
  }
  checkCommits(stage, { see, check });
}

/**
 * Asked of the database at the door of the carrier, before the request went through it.
 *
 * @param {Stage} stage
 * @param {Notes} notes
 */
export function checkCommits({ witnessed }, { see, check }) {
  const early = witnessed.filter(({ status }) => status !== 'dialing');
  see(
    `${counted(witnessed.length, 'create')} reached the carrier, ${witnessed.length - early.length} of them after the commit of their attempt`,
  );
  check(
    early.length === 0,
    `${counted(early.length, 'create')} before the commit: ${JSON.stringify(early[0])}`,
  );
}

/**
 * @param {Stage} stage
 * @returns {Promise<number>} those who have not said "never again" in an earlier round
 */
async function callableContacts({ pool }) {
  const [{ callable }] = await rowsOf(
    pool,
    `SELECT count(*)::int AS callable FROM contacts c
      WHERE NOT EXISTS (SELECT 1 FROM suppressions s WHERE s.phone_number = c.phone_number)`,
  );
  return callable;
}
