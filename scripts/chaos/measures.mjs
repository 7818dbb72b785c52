/** How long things took: from a database that answers again, or a claiming worker that is gone, to the next claim. */
import { rowsOf } from '../acceptance/rows.mjs';
import { delay } from '../lib/project.mjs';

const POLL_MS = 100;
const GIVE_UP_MS = 60_000;
/** A look at a few rows: whoever waits longer for it waits for the machine, and so does everybody else. */
const SLOW_LOOK_MS = 1_000;

/**
 * @typedef {object} Measured
 * @property {string} what
 * @property {number} from when it began, in milliseconds of the wall clock
 * @property {number} since from when on there is to be a claim, by the database's clock
 * @property {number | null} ms null: not within a minute
 * @property {string | null} hindered why nobody would have been claimed anyway
 */

/**
 * The next claim after a moment of the database's clock.
 *
 * @param {import('pg').Pool} pool
 * @param {{ what: string, from: number, since: Date, signal: AbortSignal }} options
 * @returns {Promise<Measured>}
 */
export async function untilNextClaim(pool, { what, from, since, signal }) {
  const began = performance.now();
  const measure = { what, from, since: since.getTime() };
  /** @type {string | null} */
  let hindered = null;
  while (performance.now() - began < GIVE_UP_MS && !signal.aborted) {
    const looked = performance.now();
    try {
      const [claim] = await rowsOf(
        pool,
        `SELECT claimed_at AS at FROM call_attempts WHERE claimed_at > $1 ORDER BY claimed_at LIMIT 1`,
        [since],
      );
      if (claim !== undefined) return { ...measure, ms: claim.at.getTime() - since.getTime(), hindered };
      hindered ??= await hindrance(pool);
    } catch {
      hindered ??= 'the database went away again';
    }
    await delay(POLL_MS);
    if (performance.now() - looked > SLOW_LOOK_MS) hindered ??= 'the machine was too busy to look';
  }
  return { ...measure, ms: null, hindered: signal.aborted ? 'the run was over' : hindered };
}

/**
 * What the claim itself asks for, said again: a place, a call within the pace, and somebody due whom no other campaign is
 * calling.
 *
 * @param {import('pg').Pool} pool
 * @returns {Promise<string | null>}
 */
async function hindrance(pool) {
  const [row] = await rowsOf(
    pool,
    `WITH live AS MATERIALIZED (
       SELECT campaign_id, phone_number, status FROM call_attempts WHERE status <> 'ended' AND carrier_ended_at IS NULL)
     SELECT s.dialling_stopped_at IS NOT NULL AS stopped,
            EXISTS (SELECT 1 FROM carrier_circuits WHERE state = 'open') AS circuit,
            (SELECT count(*) FROM live) >= s.max_concurrent_calls AS full,
            (SELECT count(*) FROM live WHERE status = 'claimed') >= s.calls_per_second AS paced,
            NOT EXISTS (
              SELECT 1 FROM contacts c JOIN campaigns k ON k.id = c.campaign_id
               WHERE c.next_attempt_at <= clock_timestamp() AND k.status = 'running'
                 AND NOT EXISTS (SELECT 1 FROM call_attempts a WHERE a.phone_number = c.phone_number AND a.status <> 'ended')
                 AND (SELECT count(*) FROM live WHERE campaign_id = k.id) < (k.policy ->> 'maxConcurrentCalls')::int) AS nobody
       FROM settings s`,
  );
  if (row === undefined || row.stopped) return 'dialling was stopped';
  if (row.circuit) return 'the carrier circuit was open';
  if (row.full) return 'the limit was reached';
  if (row.paced) return 'as many were claimed and not yet called as the pace allows';
  return row.nobody ? 'nobody was due' : null;
}

/**
 * @param {import('pg').Pool} pool
 * @returns {Promise<{ by: string, now: Date } | undefined>} who has claimed last, and the database's time
 */
export async function lastClaim(pool) {
  const [row] = await rowsOf(
    pool,
    `SELECT claimed_by AS by, clock_timestamp() AS now FROM call_attempts ORDER BY claimed_at DESC LIMIT 1`,
  ).catch(() => []);
  return row;
}
