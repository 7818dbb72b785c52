import type { Tx } from '../../shared/db/tx.js';
import type { DueContact, ZoneDeferral } from '../contracts/contacts.js';

/**
 * The claim's statements. "Open" is `pending`, or `not_reached` with a next attempt: exactly the rows of the partial
 * index contacts_due, so the predicate is written out in the index's own words wherever the planner must recognise it.
 */
const OPEN = `c.state IN ('pending', 'not_reached') AND c.next_attempt_at IS NOT NULL`;

/**
 * MATERIALIZED: the locking subquery runs once, whatever join the planner picks around it. SKIP LOCKED: a contact in
 * another transaction (an opt-out, an edit) is simply not in this batch.
 */
export function lockDueContacts(
  tx: Tx,
  due: { campaignId: string; from: Date | null; at: Date; limit: number },
): Promise<DueContact[]> {
  return tx.rows<DueContact>(
    `WITH due AS MATERIALIZED (
       SELECT c.id, c.campaign_id, c.phone_number, c.state, c.attempts_count, c.next_attempt_at, c.timezone,
              c.number_timezone, c.version
         FROM contacts c
        WHERE c.campaign_id = $1 AND ${OPEN} AND NOT c.is_test
          AND c.next_attempt_at >= coalesce($2, '-infinity'::timestamptz) AND c.next_attempt_at <= $3
        ORDER BY c.next_attempt_at, c.id
        LIMIT $4
          FOR UPDATE SKIP LOCKED)
     SELECT id, campaign_id AS "campaignId", phone_number AS "phoneNumber", state, attempts_count AS "attemptsCount",
            next_attempt_at AS "nextAttemptAt", timezone, number_timezone AS "numberTimezone", version
       FROM due
      ORDER BY next_attempt_at, id`,
    [due.campaignId, due.from, due.at, due.limit],
  );
}

export interface ClaimedRow {
  id: string;
  campaignId: string;
  version: number;
}

/** Rows that are not open any more, or whose version moved on, are missing from the result. */
export function claimContactsIfCurrent(
  tx: Tx,
  claims: { ids: string[]; versions: number[]; attemptNumbers: number[] },
  at: Date,
): Promise<ClaimedRow[]> {
  return tx.rows<ClaimedRow>(
    `UPDATE contacts c
        SET state = 'in_progress', state_before_claim = c.state, attempts_count = claim.attempt_number,
            last_attempt_at = $4, next_attempt_at = NULL, deferred_from = NULL, version = c.version + 1
       FROM unnest($1::uuid[], $2::int[], $3::int[]) AS claim(id, version, attempt_number)
      WHERE c.id = claim.id AND c.version = claim.version AND ${OPEN}
     RETURNING c.id, c.campaign_id AS "campaignId", c.version`,
    [claims.ids, claims.versions, claims.attemptNumbers, at],
  );
}

/** A later appointment is no state change: no event, no version. Returns how many were moved. */
export function deferContactsIfOpen(
  tx: Tx,
  deferrals: { ids: string[]; untils: Date[]; windowClosed: boolean[] },
): Promise<number> {
  return tx.execute(
    `UPDATE contacts c
        SET next_attempt_at = deferral.until,
            deferred_from = CASE WHEN deferral.window_closed THEN coalesce(c.deferred_from, c.next_attempt_at) END
       FROM unnest($1::uuid[], $2::timestamptz[], $3::boolean[]) AS deferral(id, until, window_closed)
      WHERE c.id = deferral.id AND ${OPEN}`,
    [deferrals.ids, deferrals.untils, deferrals.windowClosed],
  );
}

export function deferDueContactsOfZone(tx: Tx, deferral: ZoneDeferral): Promise<number> {
  return tx.execute(
    `WITH due AS MATERIALIZED (
       SELECT c.id
         FROM contacts c
        WHERE c.campaign_id = $1 AND ${OPEN} AND NOT c.is_test AND c.next_attempt_at <= $4
          AND coalesce(c.timezone, c.number_timezone, $3) = $2
        ORDER BY c.next_attempt_at, c.id
        LIMIT $6
          FOR UPDATE SKIP LOCKED)
     UPDATE contacts c
        SET next_attempt_at = $5, deferred_from = coalesce(c.deferred_from, c.next_attempt_at)
       FROM due
      WHERE c.id = due.id`,
    [
      deferral.campaignId,
      deferral.timezone,
      deferral.defaultTimezone,
      deferral.at,
      deferral.until,
      deferral.limit,
    ],
  );
}

/** Waits for contacts another transaction holds: a recall that skipped them would leave them to the old window. */
export async function recallDeferredContacts(
  tx: Tx,
  campaignId: string,
  walk: { after: string | null; limit: number },
): Promise<{ recalled: number; last: string | null }> {
  const rows = await tx.rows<{ id: string }>(
    `WITH deferred AS MATERIALIZED (
       SELECT c.id
         FROM contacts c
        WHERE c.campaign_id = $1 AND c.deferred_from IS NOT NULL AND ${OPEN}
          AND c.id > COALESCE($2::uuid, '00000000-0000-0000-0000-000000000000')
        ORDER BY c.id
        LIMIT $3
          FOR UPDATE)
     , recalled AS (
       UPDATE contacts c
          SET next_attempt_at = c.deferred_from, deferred_from = NULL
         FROM deferred
        WHERE c.id = deferred.id
       RETURNING c.id)
     SELECT id FROM recalled ORDER BY id`,
    [campaignId, walk.after, walk.limit],
  );
  return { recalled: rows.length, last: rows.length < walk.limit ? null : rows.at(-1)!.id };
}
