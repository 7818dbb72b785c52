import { Injectable } from '@nestjs/common';
import type { Tx } from '../../shared/db/tx.js';
import { appendEvents } from '../../shared/event-log/append-events.js';
import { Contacts } from '../../contact/contracts/contacts.js';
import {
  type AttemptToOpen,
  CallAttempts,
  type CallsToHangUp,
  type ClaimSituation,
} from '../contracts/call-attempts.js';
import { CallClaimed } from '../contracts/events.js';
import { callsToHangUp, noteHangUpIfOnTheLine } from './hang-ups.sql.js';

@Injectable()
export class CallAttemptRows extends CallAttempts {
  constructor(private readonly contacts: Contacts) {
    super();
  }

  override async open(tx: Tx, attempts: AttemptToOpen[], claim: ClaimSituation): Promise<Set<string>> {
    if (attempts.length === 0) return new Set();
    const opened = new Set(await insertAttemptsUnlessLive(tx, attempts, claim));
    // In the order of the claim, so that the count each event carries is the one it was made under.
    const events = attempts
      .filter(({ id }) => opened.has(id))
      .map((attempt, index) =>
        CallClaimed.of(
          {
            entityId: attempt.id,
            version: 1,
            at: claim.at,
            campaignId: attempt.campaignId,
            contactId: attempt.contactId,
          },
          {
            attemptNumber: attempt.attemptNumber,
            live: claim.live + index,
            limit: claim.limit,
            globalLive: claim.globalLive + index,
            globalLimit: claim.globalLimit,
            by: claim.by,
          },
        ),
      );
    await appendEvents(tx, events);
    return opened;
  }

  override async askHangUp(tx: Tx, which: CallsToHangUp, at: Date): Promise<number> {
    const calls = await callsToHangUp(tx, which);
    if (calls.length === 0) return 0;
    await this.contacts.lockAll(
      tx,
      calls.map(({ contactId }) => contactId),
    );
    return noteHangUpIfOnTheLine(
      tx,
      calls.map(({ id }) => id),
      at,
    );
  }
}

/** Phone order keeps two inserters from waiting for each other crosswise. */
async function insertAttemptsUnlessLive(
  tx: Tx,
  attempts: AttemptToOpen[],
  claim: { at: Date; by: string },
): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>(
    `INSERT INTO call_attempts (id, contact_id, campaign_id, attempt_number, phone_number, carrier, claimed_by, claimed_at)
     SELECT a.id, a.contact_id, a.campaign_id, a.attempt_number, a.phone_number, a.carrier, $7, $8
       FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::int[], $5::text[], $6::text[])
         AS a(id, contact_id, campaign_id, attempt_number, phone_number, carrier)
      ORDER BY a.phone_number, a.id
     ON CONFLICT DO NOTHING RETURNING id`,
    [
      attempts.map(({ id }) => id),
      attempts.map(({ contactId }) => contactId),
      attempts.map(({ campaignId }) => campaignId),
      attempts.map(({ attemptNumber }) => attemptNumber),
      attempts.map(({ phoneNumber }) => phoneNumber),
      attempts.map(({ carrier }) => carrier),
      claim.by,
      claim.at,
    ],
  );
  return rows.map(({ id }) => id);
}
