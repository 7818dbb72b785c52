import type { Database } from '../../src/shared/db/database.js';
import type { IdGenerator } from '../../src/shared/ids/id-generator.js';

/** A campaign row with what these tests need of it; returns its id. */
export async function insertCampaign(
  database: Database,
  ids: IdGenerator,
  campaign: { status?: string; defaultRegion?: string | null; defaultTimezone?: string | null } = {},
): Promise<string> {
  const id = ids.next();
  const status = campaign.status ?? 'running';
  await database.rows(
    `INSERT INTO campaigns (id, name, status, language, default_region, default_timezone, policy, carrier, created_at,
                            started_at, completed_at)
     VALUES ($1, 'Customer satisfaction', $2::text, 'en-US', $3, $4, '{}', 'simulator', '2026-11-01', '2026-11-02',
             CASE WHEN $2::text = 'completed' THEN timestamptz '2026-11-03' END)`,
    [id, status, campaign.defaultRegion ?? null, campaign.defaultTimezone ?? null],
  );
  return id;
}

/** Sets the status of a campaign by hand, as its own room would. */
export async function setCampaignStatus(database: Database, id: string, status: string): Promise<void> {
  await database.rows(
    `UPDATE campaigns SET status = $2::text,
            completed_at = CASE WHEN $2::text = 'completed' THEN timestamptz '2026-11-03' END
      WHERE id = $1`,
    [id, status],
  );
}

export interface ContactRow {
  id: string;
  state: string;
  disposition: string | null;
  attempts_count: number;
  last_attempt_at: Date | null;
  next_attempt_at: Date | null;
  deferred_from: Date | null;
  version: number;
}

export async function contactRow(database: Database, id: string): Promise<ContactRow> {
  return (await database.row<ContactRow>(`SELECT * FROM contacts WHERE id = $1`, [id]))!;
}

/** `count` pending contacts, due one minute apart from `dueFrom` on, with numbers +1202555NNNN-like and unique. */
export async function insertContacts(
  database: Database,
  ids: IdGenerator,
  campaignId: string,
  count: number,
  dueFrom = '2026-11-20T08:00:00Z',
): Promise<string[]> {
  const created = Array.from({ length: count }, () => ids.next());
  await database.rows(
    `INSERT INTO contacts (id, campaign_id, phone_number, next_attempt_at, created_at)
     SELECT id, $2, '+1202' || lpad((1000000 + ordinal)::text, 7, '0'), $3::timestamptz + ordinal * interval '1 minute', $3
       FROM unnest($1::uuid[]) WITH ORDINALITY AS c(id, ordinal)`,
    [created, campaignId, dueFrom],
  );
  return created;
}

/** Type and version of the events of one entity, in order. */
export async function eventsOf(database: Database, entityId: string): Promise<string[]> {
  const rows = await database.rows<{ event: string }>(
    `SELECT type || '#' || entity_version AS event FROM domain_events WHERE entity_id = $1 ORDER BY id`,
    [entityId],
  );
  return rows.map((row) => row.event);
}
