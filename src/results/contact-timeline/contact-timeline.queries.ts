import type { Database } from '../../shared/db/database.js';
import type { EntityKind } from '../../shared/event-log/domain-event.js';

export interface TimelineRow {
  id: string;
  at: Date;
  type: string;
  entity: EntityKind;
  entityId: string;
  version: number;
  payload: Record<string, unknown>;
}

export interface TimelineSpan {
  contactId: string;
  /** Only events after this one. */
  afterId: string | null;
  limit: number;
}

/**
 * The events of one contact, oldest first; undefined when there is no such contact. Their ids are in order because each
 * was drawn while the contact, or a row of its own, was locked.
 */
export async function timelineOfContact(
  database: Pick<Database, 'rows'>,
  { contactId, afterId, limit }: TimelineSpan,
): Promise<TimelineRow[] | undefined> {
  const found = await database.rows(`SELECT 1 FROM contacts WHERE id = $1`, [contactId]);
  if (found.length === 0) return undefined;
  return database.rows<TimelineRow>(
    `SELECT id, occurred_at AS at, type, entity_kind AS entity, entity_id AS "entityId", entity_version AS version, payload
       FROM domain_events
      WHERE contact_id = $1 AND ($2::bigint IS NULL OR id > $2)
      ORDER BY id LIMIT $3`,
    [contactId, afterId, limit],
  );
}
