import type { Tx } from '../../shared/db/tx.js';
import type { ContactDetails } from '../domain/contact-input.js';

/**
 * A contact that waits for the opening of its window in the old zone is due again as it was: the next claim looks at
 * the new zone. Returns the new version, or undefined when the row is not open at that version.
 */
export async function updateContactDetailsIfCurrent(
  tx: Tx,
  contact: { id: string; version: number },
  details: ContactDetails,
): Promise<number | undefined> {
  const row = await tx.row<{ version: number }>(
    `UPDATE contacts c
        SET name = $3, external_id = $4, language = $5, timezone = $6, attributes = $7, version = c.version + 1,
            next_attempt_at = CASE WHEN c.timezone IS DISTINCT FROM $6 THEN coalesce(c.deferred_from, c.next_attempt_at)
                                   ELSE c.next_attempt_at END,
            deferred_from = CASE WHEN c.timezone IS DISTINCT FROM $6 THEN NULL ELSE c.deferred_from END
      WHERE c.id = $1 AND c.version = $2 AND c.state IN ('pending', 'not_reached') AND c.next_attempt_at IS NOT NULL
     RETURNING c.version`,
    [
      contact.id,
      contact.version,
      details.name,
      details.externalId,
      details.language,
      details.timezone,
      JSON.stringify(details.attributes),
    ],
  );
  return row?.version;
}
