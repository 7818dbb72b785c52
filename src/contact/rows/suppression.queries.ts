import type { Tx } from '../../shared/db/tx.js';
import type { Suppression } from '../contracts/suppressions.js';

/** An entry of the do-not-call list as the API shows it. */
export interface SuppressionView {
  id: string;
  phoneNumber: string;
  reason: string;
  source: Suppression['source'];
  campaignId: string | null;
  contactId: string | null;
  createdAt: Date;
}

const VIEW = `id, phone_number AS "phoneNumber", reason, source, campaign_id AS "campaignId", contact_id AS "contactId",
  created_at AS "createdAt"`;

type Reader = Pick<Tx, 'rows' | 'row'>;

/** What an operator or a file has entered; a person's own no is another entry. */
export function readEnteredSuppression(
  reader: Reader,
  phoneNumber: string,
): Promise<SuppressionView | undefined> {
  return reader.row<SuppressionView>(
    `SELECT ${VIEW} FROM suppressions WHERE phone_number = $1 AND source <> 'opt_out'`,
    [phoneNumber],
  );
}

/** The newest first; only that number when one is given. */
export function listSuppressions(
  reader: Reader,
  list: { phoneNumber: string | null; before: { createdAt: string; id: string } | null; limit: number },
): Promise<SuppressionView[]> {
  return reader.rows<SuppressionView>(
    `SELECT ${VIEW}
       FROM suppressions
      WHERE ($1::text IS NULL OR phone_number = $1)
        AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
      ORDER BY created_at DESC, id DESC
      LIMIT $4`,
    [list.phoneNumber, list.before?.createdAt ?? null, list.before?.id ?? null, list.limit],
  );
}
