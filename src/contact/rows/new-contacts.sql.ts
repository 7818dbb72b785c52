import type { Tx } from '../../shared/db/tx.js';
import type { ContactDraft } from '../domain/contact-input.js';

/**
 * Inserts in phone order, so that two batches with the same numbers wait for each other instead of deadlocking, and
 * skips numbers the campaign has; returns the numbers that went in. Due at once: windows and starts are the claim's.
 */
export async function insertContactsUnlessPresent(
  tx: Tx,
  contacts: { id: string; draft: ContactDraft }[],
  into: { campaignId: string; importId: string | null; at: Date },
): Promise<Set<string>> {
  if (contacts.length === 0) return new Set();
  const column = <T>(of: (contact: { id: string; draft: ContactDraft }) => T): T[] => contacts.map(of);
  const rows = await tx.rows<{ phoneNumber: string }>(
    `INSERT INTO contacts (id, campaign_id, phone_number, number_timezone, name, external_id, language, timezone,
                           attributes, import_id, next_attempt_at, created_at)
     SELECT c.id, $1, c.phone_number, c.number_timezone, c.name, c.external_id, c.language, c.timezone, c.attributes,
            $2, $3, $3
       FROM unnest($4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::jsonb[])
         AS c(id, phone_number, number_timezone, name, external_id, language, timezone, attributes)
      ORDER BY c.phone_number
     ON CONFLICT (campaign_id, phone_number) WHERE NOT is_test DO NOTHING
     RETURNING phone_number AS "phoneNumber"`,
    [
      into.campaignId,
      into.importId,
      into.at,
      column(({ id }) => id),
      column(({ draft }) => draft.phoneNumber),
      column(({ draft }) => draft.numberTimezone),
      column(({ draft }) => draft.name),
      column(({ draft }) => draft.externalId),
      column(({ draft }) => draft.language),
      column(({ draft }) => draft.timezone),
      column(({ draft }) => JSON.stringify(draft.attributes)),
    ],
  );
  return new Set(rows.map((row) => row.phoneNumber));
}

/** Those of the numbers the campaign has already. */
export async function numbersInCampaign(
  tx: Tx,
  campaignId: string,
  phoneNumbers: string[],
): Promise<Set<string>> {
  if (phoneNumbers.length === 0) return new Set();
  const rows = await tx.rows<{ phoneNumber: string }>(
    `SELECT phone_number AS "phoneNumber"
       FROM contacts
      WHERE campaign_id = $1 AND phone_number = ANY ($2::text[]) AND NOT is_test`,
    [campaignId, phoneNumbers],
  );
  return new Set(rows.map((row) => row.phoneNumber));
}
