import { Injectable } from '@nestjs/common';
import type { Tx } from '../../shared/db/tx.js';
import { appendEvents } from '../../shared/event-log/append-events.js';
import { IdGenerator } from '../../shared/ids/id-generator.js';
import { CallAttempts } from '../../telephony/contracts/call-attempts.js';
import { NumberSuppressed } from '../contracts/events.js';
import { Suppressions, type Suppression } from '../contracts/suppressions.js';
import { appendDismissals } from './dismissals.js';
import { dismissContactsWithNumbers, lockContactsWithNumbers } from './settled-contacts.sql.js';

/**
 * The do-not-call list of PostgreSQL. Adding a number that is on it already still dismisses contacts that a
 * simultaneous import let in. A person's own no is an entry of its own beside what an operator or a file entered. A live
 * call to the number is noted to be hung up.
 */
@Injectable()
export class SuppressionRows extends Suppressions {
  constructor(
    private readonly ids: IdGenerator,
    private readonly attempts: CallAttempts,
  ) {
    super();
  }

  override async add(tx: Tx, suppression: Suppression, keepContactId?: string): Promise<{ added: boolean }> {
    const { added } = await this.addAll(tx, [suppression], keepContactId);
    return { added: added.size > 0 };
  }

  /** As `add`, for numbers without repetition: those that are new on the list, and the contacts that are in a call. */
  async addAll(
    tx: Tx,
    suppressions: Suppression[],
    keepContactId?: string,
  ): Promise<{ added: Set<string>; inCall: string[] }> {
    const first = suppressions[0];
    if (!first) return { added: new Set(), inCall: [] };
    const numbers = suppressions.map((suppression) => suppression.phoneNumber);
    await lockContactsWithNumbers(tx, numbers);
    const dismissed = await dismissContactsWithNumbers(tx, numbers, keepContactId ?? null);
    await appendDismissals(tx, dismissed, first.at);
    const calls = { phoneNumbers: numbers, exceptContactId: keepContactId ?? null };
    await this.attempts.askHangUp(tx, calls, first.at);
    const inserted = await insertSuppressions(
      tx,
      suppressions.map((suppression) => ({ ...suppression, id: this.ids.next() })),
    );
    const bySuppressed = new Map(suppressions.map((suppression) => [suppression.phoneNumber, suppression]));
    await appendEvents(
      tx,
      inserted.map(({ id, phoneNumber }) => {
        const { at, campaignId, contactId, source, reason } = bySuppressed.get(phoneNumber)!;
        return NumberSuppressed.of(
          { entityId: id, version: 1, at, campaignId, contactId },
          { source, reason },
        );
      }),
    );
    return {
      added: new Set(inserted.map(({ phoneNumber }) => phoneNumber)),
      inCall: dismissed.filter((row) => row.from === 'in_progress').map((row) => row.id),
    };
  }

  override among(tx: Tx, phoneNumbers: string[]): Promise<Set<string>> {
    return numbersAmong(tx, phoneNumbers, 'true');
  }

  /** Those that an operator or a file has entered. */
  enteredAmong(tx: Tx, phoneNumbers: string[]): Promise<Set<string>> {
    return numbersAmong(tx, phoneNumbers, `source <> 'opt_out'`);
  }
}

async function numbersAmong(
  tx: Tx,
  phoneNumbers: string[],
  which: 'true' | `source <> 'opt_out'`,
): Promise<Set<string>> {
  if (phoneNumbers.length === 0) return new Set();
  const rows = await tx.rows<{ phoneNumber: string }>(
    `SELECT phone_number AS "phoneNumber" FROM suppressions WHERE phone_number = ANY ($1::text[]) AND ${which}`,
    [phoneNumbers],
  );
  return new Set(rows.map((row) => row.phoneNumber));
}

function insertSuppressions(
  tx: Tx,
  suppressions: (Suppression & { id: string })[],
): Promise<{ id: string; phoneNumber: string }[]> {
  const column = <K extends keyof (typeof suppressions)[number]>(name: K) =>
    suppressions.map((suppression) => suppression[name]);
  return tx.rows(
    `INSERT INTO suppressions (id, phone_number, reason, source, campaign_id, contact_id, created_at)
     SELECT s.id, s.phone_number, s.reason, s.source, s.campaign_id, s.contact_id, s.created_at
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::timestamptz[])
         AS s(id, phone_number, reason, source, campaign_id, contact_id, created_at)
      ORDER BY s.phone_number
     ON CONFLICT (phone_number, (source = 'opt_out')) DO NOTHING
     RETURNING id, phone_number AS "phoneNumber"`,
    [
      column('id'),
      column('phoneNumber'),
      column('reason'),
      column('source'),
      column('campaignId'),
      column('contactId'),
      column('at'),
    ],
  );
}
