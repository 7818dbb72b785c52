import type { Tx } from '../../shared/db/tx.js';
import type { ContactState, Disposition } from '../contracts/contact-state.js';
import type { AttributeValue } from '../domain/contact-input.js';

/** A contact as the API shows it. */
export interface ContactView {
  id: string;
  campaignId: string;
  phoneNumber: string;
  name: string | null;
  externalId: string | null;
  language: string | null;
  timezone: string | null;
  numberTimezone: string | null;
  attributes: Record<string, AttributeValue>;
  state: ContactState;
  disposition: Disposition | null;
  attemptsCount: number;
  lastAttemptAt: Date | null;
  nextAttemptAt: Date | null;
  isTest: boolean;
  createdAt: Date;
}

const VIEW = `id, campaign_id AS "campaignId", phone_number AS "phoneNumber", name, external_id AS "externalId", language,
  timezone, number_timezone AS "numberTimezone", attributes, state, disposition, attempts_count AS "attemptsCount",
  last_attempt_at AS "lastAttemptAt", next_attempt_at AS "nextAttemptAt", is_test AS "isTest", created_at AS "createdAt"`;

type Reader = Pick<Tx, 'rows' | 'row'>;

export function readContactView(reader: Reader, contactId: string): Promise<ContactView | undefined> {
  return reader.row<ContactView>(`SELECT ${VIEW} FROM contacts WHERE id = $1`, [contactId]);
}

/** In the order of their ids, which is the order in which they came; contacts of test calls are left out. */
export function listContactViews(
  reader: Reader,
  list: { campaignId: string; state: ContactState | null; afterId: string | null; limit: number },
): Promise<ContactView[]> {
  return reader.rows<ContactView>(
    `SELECT ${VIEW}
       FROM contacts
      WHERE campaign_id = $1 AND NOT is_test AND ($2::text IS NULL OR state = $2)
        AND ($3::uuid IS NULL OR id > $3)
      ORDER BY id
      LIMIT $4`,
    [list.campaignId, list.state, list.afterId, list.limit],
  );
}

/** In phone order. */
export function contactViewsOfNumbers(
  reader: Reader,
  campaignId: string,
  phoneNumbers: string[],
): Promise<ContactView[]> {
  return reader.rows<ContactView>(
    `SELECT ${VIEW}
       FROM contacts
      WHERE campaign_id = $1 AND phone_number = ANY ($2::text[]) AND NOT is_test
      ORDER BY phone_number`,
    [campaignId, phoneNumbers],
  );
}
