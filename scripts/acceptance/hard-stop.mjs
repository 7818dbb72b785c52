/** Step 5: workers die in the middle of live calls, and others start. */
import { CREATE_TIMEOUT_MS } from './cast.mjs';
import { isLive, readLedger } from './ledger.mjs';
import { counted, seconds } from './report.mjs';
import { progressOf, rowsOf } from './rows.mjs';
import { until } from './until.mjs';

/** So many people are being spoken to when the workers are killed. */
const LISTENING = 7;
/** Of the three creates that are not answered in time, this many must still be in flight. */
const IN_FLIGHT = 2;
/** On a slow machine the creates are not waited for until their own timeout takes them. */
const LATEST_MS = CREATE_TIMEOUT_MS - 2_500;

/**
 * @typedef {import('./stage.mjs').Stage} Stage
 * @typedef {import('./stage.mjs').Worker} Worker
 * @typedef {import('./report.mjs').Notes} Notes
 * @typedef {{ killedAt: number, readyAt: number }} Outage milliseconds of the wall clock
 */

/**
 * @param {Stage} stage
 * @returns {Promise<import('./ledger.mjs').Call[]>} the live calls at the moment at which a kill does most harm
 */
async function worstMoment(stage) {
  let seen = '';
  return until(
    'people who listen while creates are in flight',
    async () => {
      const { inFlight, inFlightMs } = await progressOf(stage.pool);
      const live = readLedger(await stage.theCarrier().read()).calls.filter(isLive);
      const listening = live.filter(({ heardAt }) => heardAt !== null).length;
      seen = `${listening} listening, ${inFlight} in flight`;
      const enough = listening >= LISTENING || (listening > 0 && inFlightMs > LATEST_MS);
      return enough && inFlight >= IN_FLIGHT && live;
    },
    { signal: stage.signal, describe: () => seen },
  );
}

/**
 * The only worker dies; it is replaced when calls have ended that nobody could be told of.
 *
 * @param {Stage} stage
 * @param {Notes} notes
 * @returns {Promise<Outage>}
 */
export async function killTheOnlyWorker(stage, notes) {
  const live = await worstMoment(stage);
  const { inFlight, claimed } = await progressOf(stage.pool);
  const [victim] = stage.workers;
  if (victim === undefined) throw new Error('no worker runs');
  await stage.end(victim, 'SIGKILL');
  const killedAt = Date.now();
  describeKill(notes, [victim], { live: live.length, inFlight, claimed });
  await until(
    'a call to end while nobody is alive',
    async () => {
      const { calls } = readLedger(await stage.theCarrier().read());
      return calls.some(({ endedAt }) => endedAt !== null && endedAt > killedAt);
    },
    { signal: stage.signal },
  );
  const successor = await stage.startWorker();
  const readyAt = Date.now();
  const { calls } = readLedger(await stage.theCarrier().read());
  const missed = calls.filter(
    ({ endedAt, endReported }) => endedAt !== null && endedAt > killedAt && !endReported,
  );
  notes.see(
    `${successor.name} (${successor.pid}) ready ${seconds(readyAt - killedAt)} later; ` +
      `meanwhile ${counted(missed.length, 'call')} ended of which nobody was told`,
  );
  notes.check(missed.length > 0, 'no call ended unheard: the step shows too little');
  return { killedAt, readyAt };
}

/**
 * Two of three die, the one that dials among them; the third goes on alone. Then two new ones start and the third dies
 * too: nobody who saw the beginning is left.
 *
 * @param {Stage} stage
 * @param {Notes} notes
 * @returns {Promise<Outage>}
 */
export async function killAllButOneThenThatOne(stage, notes) {
  const { pool } = stage;
  const live = await worstMoment(stage);
  const { inFlight, claimed } = await progressOf(pool);
  const [dialler] = await rowsOf(
    pool,
    `SELECT claimed_by AS name FROM call_attempts GROUP BY claimed_by ORDER BY count(*) DESC LIMIT 1`,
  );
  // A worker's name in the rows may carry more than it was given.
  const dials = (/** @type {Worker} */ { name }) => `${dialler?.name}:`.startsWith(`${name}:`);
  const inOrder = [...stage.workers].sort((a, b) => Number(dials(b)) - Number(dials(a)));
  const victims = inOrder.slice(0, -1);
  const survivor = inOrder.at(-1);
  if (survivor === undefined) throw new Error('no worker runs');
  await Promise.all(victims.map((worker) => stage.end(worker, 'SIGKILL')));
  const killedAt = Date.now();
  describeKill(notes, victims, { live: live.length, inFlight, claimed });
  const answered = await until(
    `${survivor.name} to answer the carrier alone`,
    async () => {
      const entries = await stage.theCarrier().read();
      const heard = entries.filter(
        ({ type, at, httpStatus }) =>
          type === 'webhook.answered' && httpStatus < 300 && Date.parse(at) > killedAt,
      );
      return heard.length > 0 && heard.length;
    },
    { signal: stage.signal },
  );
  notes.see(`${survivor.name} (${survivor.pid}) goes on alone: ${counted(answered, 'webhook')} answered`);
  const others = await Promise.all(victims.map(() => stage.startWorker()));
  notes.see(`${others.map(({ name, pid }) => `${name} (${pid})`).join(', ')} started beside it`);
  await stage.end(survivor, 'SIGKILL');
  notes.see(`${survivor.name} (${survivor.pid}): SIGKILL`);
  return { killedAt, readyAt: Date.now() };
}

/**
 * @param {Notes} notes
 * @param {Worker[]} victims
 * @param {{ live: number, inFlight: number, claimed: number }} moment
 */
function describeKill({ see, check }, victims, { live, inFlight, claimed }) {
  see(
    `${victims.map(({ name, pid }) => `${name} (${pid})`).join(', ')}: SIGKILL with ${counted(live, 'live call')}, ` +
      `${counted(inFlight, 'create')} in flight, ${claimed} claimed`,
  );
  check(live > 0, 'no call was live');
}
