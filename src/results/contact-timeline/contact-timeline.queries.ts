import type { Database } from '../../shared/db/database.js';
import type { EntityKind } from '../../shared/event-log/domain-event.js';

export interface TimelineRow {
  position: number;
  at: Date;
  type: string;
  entity: EntityKind;
  entityId: string;
  version: number;
  payload: Record<string, unknown>;
}

export interface TimelineSpan {
  contactId: string;
  /** Only events after this position. */
  after: number;
  limit: number;
}

/**
 * The events of one contact in the order of the log; undefined when there is no such contact. By position, not by
 * identity: an event whose transaction commits late has an identity that a reader may already have passed.
 */
export async function timelineOfContact(
  database: Pick<Database, 'rows'>,
  { contactId, after, limit }: TimelineSpan,
): Promise<TimelineRow[] | undefined> {
  const found = await database.rows(`SELECT 1 FROM contacts WHERE id = $1`, [contactId]);
  if (found.length === 0) return undefined;
  // A contact has some dozens of events: they are found by the contact's index and sorted, whatever the planner thinks.
  const rows = await database.rows<TimelineRow & { position: string }>(
    `WITH own AS MATERIALIZED (SELECT * FROM domain_events WHERE contact_id = $1)
     SELECT position, occurred_at AS at, type, entity_kind AS entity, entity_id AS "entityId",
            entity_version AS version, payload
       FROM own WHERE position > $2 ORDER BY position LIMIT $3`,
    [contactId, after, limit],
  );
  return rows.map((row) => ({ ...row, position: Number(row.position) }));
}

/** Whether events of this contact have been deleted: its own first one is gone, or that of a call or interview of it. */
export async function hasLostEvents(database: Pick<Database, 'rows'>, contactId: string): Promise<boolean> {
  const rows = await database.rows(
    `WITH firsts AS MATERIALIZED (SELECT entity_kind, entity_id, min(entity_version) AS version
                                    FROM domain_events WHERE contact_id = $1 GROUP BY entity_kind, entity_id)
     SELECT 1 FROM event_sequence
      WHERE retained_from_position > 1
        AND (EXISTS (SELECT 1 FROM firsts WHERE version > 1)
          OR (EXISTS (SELECT 1 FROM contacts WHERE id = $1 AND version > 0)
              AND NOT EXISTS (SELECT 1 FROM firsts WHERE entity_kind = 'contact')))`,
    [contactId],
  );
  return rows.length > 0;
}
