import type { Tx } from '../db/tx.js';
import type { DomainEvent } from './domain-event.js';

/**
 * Appends events in the caller's transaction, in the order given. Call it while the aggregates' rows are locked, so
 * that the events of one entity stand in the log in the order of their versions.
 */
export async function appendEvents(tx: Tx, events: DomainEvent<object>[]): Promise<void> {
  if (events.length === 0) return;
  await tx.execute(
    `INSERT INTO domain_events
       (type, entity_kind, entity_id, entity_version, campaign_id, contact_id, attempt_id, payload, occurred_at)
     SELECT e.type, e.entity_kind, e.entity_id, e.entity_version, e.campaign_id, e.contact_id, e.attempt_id, e.payload, e.occurred_at
       FROM ROWS FROM (jsonb_to_recordset($1::jsonb) AS (type text, entity_kind text, entity_id text,
              entity_version int, campaign_id uuid, contact_id uuid, attempt_id uuid, payload jsonb, occurred_at timestamptz))
            WITH ORDINALITY AS e(type, entity_kind, entity_id, entity_version, campaign_id, contact_id, attempt_id, payload,
                                 occurred_at, ordinal)
      ORDER BY e.ordinal`,
    [JSON.stringify(events.map(toRecord))],
  );
  tx.appended.push(...(events as DomainEvent[]));
}

function toRecord(event: DomainEvent<object>): Record<string, unknown> {
  return {
    type: event.type,
    entity_kind: event.entityKind,
    entity_id: event.entityId,
    entity_version: event.entityVersion,
    campaign_id: event.campaignId,
    contact_id: event.contactId,
    attempt_id: event.attemptId,
    payload: event.payload,
    occurred_at: event.occurredAt,
  };
}
