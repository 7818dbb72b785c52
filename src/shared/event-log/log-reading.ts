import type { Database } from '../db/database.js';
import type { LoggedEvent } from './domain-event.js';
import type { ParkedPlace } from './parked-events.sql.js';

/** Positions one statement goes through at most, whatever it looks for: milliseconds, also in a log of billions. */
export const STRETCH = 10_000;

const COLUMNS = `id, position, type, entity_kind AS "entityKind", entity_id AS "entityId",
  entity_version AS "entityVersion", campaign_id AS "campaignId", contact_id AS "contactId",
  attempt_id AS "attemptId", payload, occurred_at AS "occurredAt"`;

export interface Bounds {
  /** The log is whole from here on; what lies before it was purged. */
  retainedFrom: number;
  /** The last position given. */
  head: number;
}

export async function logBounds(database: Pick<Database, 'rows'>): Promise<Bounds> {
  const rows = await database.rows<{ retainedFrom: string; head: string }>(
    `SELECT retained_from_position AS "retainedFrom", last_position AS head FROM event_sequence`,
  );
  return { retainedFrom: Number(rows[0]!.retainedFrom), head: Number(rows[0]!.head) };
}

/** Events of these types with `after` < position <= `upTo`, in their order. */
export async function eventsBetween(
  database: Database,
  types: string[],
  span: { after: number; upTo: number; limit: number },
): Promise<LoggedEvent[]> {
  const rows = await database.rows<LoggedEvent & { position: string }>(
    `SELECT ${COLUMNS} FROM domain_events
      WHERE position > $1 AND position <= $2 AND type = ANY ($3) ORDER BY position LIMIT $4`,
    [span.after, span.upTo, types, span.limit],
  );
  return rows.map(numbered);
}

/** An event that this subscriber has parked; undefined when it is not parked, or no longer in the log. */
export async function parkedEvent(
  database: Database,
  { subscriber, position }: ParkedPlace,
): Promise<LoggedEvent | undefined> {
  const row = await database.row<LoggedEvent & { position: string }>(
    `SELECT ${COLUMNS} FROM domain_events
      WHERE position = $2 AND EXISTS (SELECT 1 FROM parked_events WHERE subscriber = $1 AND position = $2)`,
    [subscriber, position],
  );
  return row === undefined ? undefined : numbered(row);
}

function numbered(row: LoggedEvent & { position: string }): LoggedEvent {
  return { ...row, position: Number(row.position) };
}
