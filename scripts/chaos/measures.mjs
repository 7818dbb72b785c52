/** How long things took: from a database that answers again, or a claiming worker that is gone, to the next claim. */
import { rowsOf } from '../acceptance/rows.mjs';
import { delay } from '../lib/project.mjs';

const POLL_MS = 100;
const GIVE_UP_MS = 60_000;

/**
 * @typedef {{ what: string, ms: number | null, hindered: string | null }} Measured ms null: not within a minute; hindered: why nobody would have been claimed anyway
 */

/**
 * The next claim after a moment of the database's clock.
 *
 * @param {import('pg').Pool} pool
 * @param {{ what: string, since: Date, signal: AbortSignal }} options
 * @returns {Promise<Measured>}
 */
export async function untilNextClaim(pool, { what, since, signal }) {
  const began = performance.now();
  /** @type {string | null} */
  let hindered = null;
  while (performance.now() - began < GIVE_UP_MS && !signal.aborted) {
    try {
      const [claim] = await rowsOf(
        pool,
        `SELECT claimed_at AS at FROM call_attempts WHERE claimed_at > $1 ORDER BY claimed_at LIMIT 1`,
        [since],
      );
      if (claim !== undefined) return { what, ms: claim.at.getTime() - since.getTime(), hindered };
      hindered ??= await hindrance(pool);
    } catch {
      hindered ??= 'the database went away again';
    }
    await delay(POLL_MS);
  }
  return { what, ms: null, hindered: signal.aborted ? 'the run was over' : hindered };
}

/**
 * @param {import('pg').Pool} pool
 * @returns {Promise<string | null>}
 */
async function hindrance(pool) {
  const [row] = await rowsOf(
    pool,
    `SELECT s.dialling_stopped_at IS NOT NULL AS stopped,
            EXISTS (SELECT 1 FROM carrier_circuits WHERE state = 'open') AS circuit,
            (SELECT count(*) FROM call_attempts WHERE status <> 'ended' AND settle_after IS NULL) >= s.max_concurrent_calls AS full,
            NOT EXISTS (
              SELECT 1 FROM contacts c JOIN campaigns k ON k.id = c.campaign_id
               WHERE c.next_attempt_at <= clock_timestamp() AND k.status = 'running'
                 AND (SELECT count(*) FROM call_attempts a WHERE a.campaign_id = k.id AND a.status <> 'ended' AND a.settle_after IS NULL)
                     < (k.policy ->> 'maxConcurrentCalls')::int) AS nobody
       FROM settings s`,
  );
  if (row === undefined || row.stopped) return 'dialling was stopped';
  if (row.circuit) return 'the carrier circuit was open';
  if (row.full) return 'the limit was reached';
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
