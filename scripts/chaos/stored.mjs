/** What the database holds when all is over, read in one go. */
import { rowsOf, storedState } from '../acceptance/rows.mjs';

/**
 * @typedef {import('../acceptance/truth.mjs').Stored} Stored
 * @typedef {{ attemptId: string, sid: string, key: string, kind: string, keys: string | null }} Fact
 * @typedef {{ state: Stored, facts: Fact[], open: { id: string, phone: string, state: string, nextAttemptAt: Date | null }[], live: { id: string, status: string, dialResult: string | null }[] }} Everything
 */

/**
 * @param {import('pg').Pool} pool
 * @returns {Promise<Everything>}
 */
export async function everything(pool) {
  return {
    state: await storedState(pool),
    facts: await rowsOf(
      pool,
      `SELECT attempt_id AS "attemptId", provider_call_id AS sid, dedupe_key AS key, kind,
              payload -> 'input' ->> 'keys' AS keys FROM call_events`,
    ),
    ...(await unfinished(pool)),
  };
}

/**
 * @param {import('pg').Pool} pool
 * @returns {Promise<Pick<Everything, 'open' | 'live'>>}
 */
export async function unfinished(pool) {
  const open = await rowsOf(
    pool,
    `SELECT id, phone_number AS phone, state, next_attempt_at AS "nextAttemptAt" FROM contacts
      WHERE state IN ('pending', 'in_progress') OR next_attempt_at IS NOT NULL`,
  );
  const live = await rowsOf(
    pool,
    `SELECT id, status, dial_result AS "dialResult" FROM call_attempts WHERE status <> 'ended'`,
  );
  return { open, live };
}
