import type { Database } from '../../shared/db/database.js';
import type { EntityKind } from '../../shared/event-log/domain-event.js';

type Reads = Pick<Database, 'rows'>;

export interface CampaignEventRow {
  position: number;
  id: string;
  type: string;
  entityKind: EntityKind;
  entityId: string;
  entityVersion: number;
  contactId: string | null;
  attemptId: string | null;
  payload: Record<string, unknown>;
  occurredAt: Date;
}

export interface EventFilter {
  types: string[] | null;
  since: string | null;
}

/** Events one request goes through at most, whatever it looks for. */
const STRETCH = 5_000;
/**
 * Positions follow the commits, `occurred_at` the beginnings of transactions: an event may stand behind one that is
 * younger by as long as a transaction may last. The longest may take 20 s.
 */
const DISORDER = `interval '60 seconds'`;

export async function campaignExists(database: Reads, campaignId: string): Promise<boolean> {
  return (await database.rows(`SELECT 1 FROM campaigns WHERE id = $1`, [campaignId])).length > 0;
}

/** A position before every event of the campaign since then, and not far before: halving, one probe of the index each. */
export async function positionBefore(database: Reads, campaignId: string, since: string): Promise<number> {
  const rows = await database.rows<{ low: string }>(
    `WITH RECURSIVE search(low, high) AS (
       SELECT 0::bigint, last_position FROM event_sequence
       UNION ALL
       SELECT CASE WHEN probe.old THEN probe.position ELSE low END, CASE WHEN probe.old THEN high ELSE (low + high) / 2 END
         FROM search LEFT JOIN LATERAL (
                SELECT position, occurred_at < $2::timestamptz - ${DISORDER} AS old FROM domain_events
                 WHERE campaign_id = $1 AND position > (low + high) / 2 ORDER BY position LIMIT 1) AS probe ON true
        WHERE low < high)
     SELECT low FROM search ORDER BY high - low LIMIT 1`,
    [campaignId, since],
  );
  return Number(rows[0]!.low);
}

/** The last position of the next stretch of the campaign's events; null when there is none after `after`. */
export async function endOfStretch(
  database: Reads,
  campaignId: string,
  after: number,
): Promise<number | null> {
  const rows = await database.rows<{ end: string | null }>(
    `SELECT max(position) AS end
       FROM (SELECT position FROM domain_events WHERE campaign_id = $1 AND position > $2
              ORDER BY position LIMIT ${STRETCH}) AS stretch`,
    [campaignId, after],
  );
  const { end } = rows[0]!;
  return end === null ? null : Number(end);
}

export async function campaignEvents(
  database: Reads,
  campaignId: string,
  { types, since }: EventFilter,
  span: { after: number; upTo: number; limit: number },
): Promise<CampaignEventRow[]> {
  const rows = await database.rows<CampaignEventRow & { position: string }>(
    `SELECT position, id, type, entity_kind AS "entityKind", entity_id AS "entityId", entity_version AS "entityVersion",
            contact_id AS "contactId", attempt_id AS "attemptId", payload, occurred_at AS "occurredAt"
       FROM domain_events
      WHERE campaign_id = $1 AND position > $2 AND position <= $3
        AND ($4::text[] IS NULL OR type = ANY ($4)) AND ($5::timestamptz IS NULL OR occurred_at >= $5)
      ORDER BY position LIMIT $6`,
    [campaignId, span.after, span.upTo, types, since, span.limit],
  );
  return rows.map((row) => ({ ...row, position: Number(row.position) }));
}

/**
 * Whether events of the campaign after this position may have been deleted. Certain for a campaign that is whole: its
 * first event is its own creation. Ask after reading, so that a deletion in between is not overlooked.
 */
export async function mayHaveLostEvents(
  database: Reads,
  campaignId: string,
  after: number,
): Promise<boolean> {
  const rows = await database.rows(
    `SELECT 1 FROM event_sequence
      WHERE retained_from_position > $2 + 1
        AND NOT EXISTS (SELECT 1 FROM domain_events
                         WHERE entity_id = $1::text AND entity_kind = 'campaign' AND entity_version = 1
                           AND position >= retained_from_position)`,
    [campaignId, after],
  );
  return rows.length > 0;
}
