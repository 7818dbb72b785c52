import type { Tx } from '../../shared/db/tx.js';
import type { ContactState, Disposition } from '../contracts/contact-state.js';
import type { LockedContact } from '../contracts/contacts.js';

const OPEN = `c.state IN ('pending', 'not_reached') AND c.next_attempt_at IS NOT NULL`;

/** A row that left its state; `from` is the state it left. */
export interface SettledRow {
  id: string;
  campaignId: string;
  from: ContactState;
  disposition: Disposition;
  version: number;
}

const SETTLED = `settled.id, settled.campaign_id AS "campaignId", settled.state_left AS "from", settled.disposition, settled.version`;

/** FOR UPDATE; undefined when there is no such contact. */
export function lockContactForUpdate(tx: Tx, contactId: string): Promise<LockedContact | undefined> {
  return tx.row<LockedContact>(
    `SELECT id, campaign_id AS "campaignId", phone_number AS "phoneNumber", state, disposition,
            attempts_count AS "attemptsCount", next_attempt_at AS "nextAttemptAt", timezone,
            number_timezone AS "numberTimezone", language, is_test AS "isTest",
            state_before_claim AS "stateBeforeClaim", version
       FROM contacts
      WHERE id = $1
        FOR UPDATE`,
    [contactId],
  );
}

/** FOR UPDATE in the order of their ids; returns how many there are. */
export async function lockContactsForUpdate(tx: Tx, contactIds: string[]): Promise<number> {
  const rows = await tx.rows(`SELECT 1 FROM contacts WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE`, [
    contactIds,
  ]);
  return rows.length;
}

/** FOR UPDATE in the order of their ids, whatever their states are. */
export async function lockContactsWithNumbers(tx: Tx, phoneNumbers: string[]): Promise<void> {
  await tx.rows(`SELECT 1 FROM contacts WHERE phone_number = ANY ($1::text[]) ORDER BY id FOR UPDATE`, [
    phoneNumbers,
  ]);
}

/** Locked in the order of their ids, as everywhere; those that are not open are left as they are. */
export function dismissContactsIfOpen(
  tx: Tx,
  dismissals: { ids: string[]; dispositions: Disposition[] },
): Promise<SettledRow[]> {
  return tx.rows<SettledRow>(
    `WITH open AS MATERIALIZED (
       SELECT c.id, c.state, dismissal.disposition
         FROM contacts c
         JOIN unnest($1::uuid[], $2::text[]) AS dismissal(id, disposition) ON dismissal.id = c.id
        WHERE ${OPEN}
        ORDER BY c.id
          FOR UPDATE OF c),
     settled AS (
       UPDATE contacts c
          SET state = 'not_reached', disposition = open.disposition, next_attempt_at = NULL, deferred_from = NULL,
              version = c.version + 1
         FROM open
        WHERE c.id = open.id
       RETURNING c.id, c.campaign_id, open.state AS state_left, c.disposition, c.version)
     SELECT ${SETTLED} FROM settled ORDER BY settled.id`,
    [dismissals.ids, dismissals.dispositions],
  );
}

/**
 * Found through contacts_due (a campaign near its end has few open contacts among many), then locked in the order of
 * their ids.
 */
export function dismissOpenContactsOfCampaign(
  tx: Tx,
  dismissal: { campaignId: string; disposition: Disposition; limit: number },
): Promise<SettledRow[]> {
  return tx.rows<SettledRow>(
    `WITH found AS MATERIALIZED (
       SELECT c.id FROM contacts c WHERE c.campaign_id = $1 AND ${OPEN} ORDER BY c.next_attempt_at, c.id LIMIT $3),
     open AS MATERIALIZED (
       SELECT c.id, c.state
         FROM contacts c
        WHERE c.id IN (SELECT id FROM found) AND ${OPEN}
        ORDER BY c.id
          FOR UPDATE),
     settled AS (
       UPDATE contacts c
          SET state = 'not_reached', disposition = $2, next_attempt_at = NULL, deferred_from = NULL,
              version = c.version + 1
         FROM open
        WHERE c.id = open.id
       RETURNING c.id, c.campaign_id, open.state AS state_left, c.disposition, c.version)
     SELECT ${SETTLED} FROM settled ORDER BY settled.id`,
    [dismissal.campaignId, dismissal.disposition, dismissal.limit],
  );
}

/**
 * Contacts with one of the numbers, in every campaign, open or in a call: whoever may never be called is not called
 * again, and the end of a call that is being hung up changes nothing more.
 */
export function dismissContactsWithNumbers(
  tx: Tx,
  phoneNumbers: string[],
  keepContactId: string | null,
): Promise<SettledRow[]> {
  return tx.rows<SettledRow>(
    `WITH callable AS MATERIALIZED (
       SELECT c.id, c.state
         FROM contacts c
        WHERE c.phone_number = ANY ($1::text[]) AND c.id IS DISTINCT FROM $2::uuid
          AND (c.state = 'in_progress' OR ${OPEN})
        ORDER BY c.id
          FOR UPDATE),
     settled AS (
       UPDATE contacts c
          SET state = 'not_reached', disposition = 'suppressed', next_attempt_at = NULL, deferred_from = NULL,
              state_before_claim = NULL, version = c.version + 1
         FROM callable
        WHERE c.id = callable.id
       RETURNING c.id, c.campaign_id, callable.state AS state_left, c.disposition, c.version)
     SELECT ${SETTLED} FROM settled ORDER BY settled.id`,
    [phoneNumbers, keepContactId],
  );
}

/** The new version, or undefined when the row is not `in_progress` at that version. */
export async function releaseContactIfClaimed(
  tx: Tx,
  contact: { id: string; version: number },
  nextAttemptAt: Date,
): Promise<{ version: number; state: ContactState } | undefined> {
  return tx.row(
    `UPDATE contacts
        SET state = state_before_claim, state_before_claim = NULL, next_attempt_at = $3, version = version + 1
      WHERE id = $1 AND version = $2 AND state = 'in_progress'
     RETURNING version, state`,
    [contact.id, contact.version, nextAttemptAt],
  );
}

/** The new version, or undefined when the row is not in that state at that version. */
export async function settleContactIfCurrent(
  tx: Tx,
  contact: { id: string; version: number; state: ContactState },
  settlement: { state: ContactState; disposition: Disposition; nextAttemptAt: Date | null },
): Promise<{ version: number } | undefined> {
  return tx.row(
    `UPDATE contacts
        SET state = $4, disposition = $5, next_attempt_at = $6, deferred_from = NULL, state_before_claim = NULL,
            version = version + 1
      WHERE id = $1 AND version = $2 AND state = $3
     RETURNING version`,
    [
      contact.id,
      contact.version,
      contact.state,
      settlement.state,
      settlement.disposition,
      settlement.nextAttemptAt,
    ],
  );
}
