/** Step 8: nothing twice, in the rows and at the carrier, and every invariant. */
import { PACE } from './cast.mjs';
import { checkCommits } from './first-tick.mjs';
import { brokenInvariants } from './invariants.mjs';
import { mayHaveRung, readLedger } from './ledger.mjs';
import { counted } from './report.mjs';
import { rowsOf } from './rows.mjs';

const TWICE =
  'SELECT contact_id, attempt_number, COUNT(*) FROM call_attempts GROUP BY contact_id, attempt_number HAVING COUNT(*) > 1';

/**
 * @param {import('./stage.mjs').Stage} stage
 * @param {import('./report.mjs').Notes} notes
 */
export async function nothingTwice(stage, { see, check }) {
  see(`${TWICE};`);
  const twice = await rowsOf(stage.pool, TWICE);
  see(counted(twice.length, 'row'));
  check(twice.length === 0, `${counted(twice.length, 'attempt')} twice`);

  const carrier = stage.theCarrier();
  const { creates, calls } = readLedger(await carrier.read());
  /** @type {Map<string, number>} */
  const perAttempt = new Map();
  for (const { attemptId } of creates.filter(mayHaveRung))
    perAttempt.set(attemptId, (perAttempt.get(attemptId) ?? 0) + 1);
  const repeated = [...perAttempt].filter(([, count]) => count > 1);
  see(
    `the carrier saw ${counted(perAttempt.size, 'attempt')}, ${repeated.length === 0 ? 'none twice' : `${repeated.length} twice`}`,
  );
  check(repeated.length === 0, `the carrier saw attempt ${repeated[0]?.[0]} ${repeated[0]?.[1]} times`);
  const rows = await rowsOf(
    stage.pool,
    `SELECT id FROM call_attempts WHERE outcome IS DISTINCT FROM 'canceled' AND outcome IS DISTINCT FROM 'lost'`,
  );
  const placed = new Set(calls.map(({ attemptId }) => attemptId));
  const missing = rows.filter(({ id }) => !placed.has(id));
  check(missing.length === 0, `${counted(missing.length, 'attempt')} without a call at the carrier`);

  const { maxLive, maxCreatesPerSecond, numbersRungTwiceAtOnce } = await carrier.summary();
  see(
    `at most ${maxLive} calls at once (limit ${PACE.maxConcurrentCalls}), ${maxCreatesPerSecond} creates in a second`,
  );
  check(
    maxLive <= PACE.maxConcurrentCalls,
    `${maxLive} calls at once, the limit is ${PACE.maxConcurrentCalls}`,
  );
  check(numbersRungTwiceAtOnce.length === 0, `rung twice at once: ${numbersRungTwiceAtOnce.join(', ')}`);
  checkCommits(stage, { see, check });

  const { checked, broken } = await brokenInvariants(stage.pool);
  see(`${checked} invariants asked of the database, ${broken.length} broken`);
  for (const text of broken) check(false, text);
}
