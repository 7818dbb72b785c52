import { Injectable } from '@nestjs/common';
import { ApiDatabase } from '../../shared/db/database.js';
import type { EntityKind } from '../../shared/event-log/domain-event.js';

export interface ParkedEventRow {
  subscriber: string;
  position: number;
  type: string;
  error: string;
  parkedAt: Date;
  entityKind: EntityKind | null;
  entityId: string | null;
  campaignId: string | null;
  contactId: string | null;
  attemptId: string | null;
  payload: Record<string, unknown> | null;
  occurredAt: Date | null;
}

export interface ParkedPage {
  subscriber: string | null;
  /** Only those behind this one. */
  after: { subscriber: string; position: string } | null;
  limit: number;
}

/** The table of parked events is small by nature: each one is a failure that somebody is to look at. */
@Injectable()
export class ParkedEventQueries {
  constructor(private readonly database: ApiDatabase) {}

  async list({ subscriber, after, limit }: ParkedPage): Promise<ParkedEventRow[]> {
    const rows = await this.database.rows<ParkedEventRow & { position: string }>(
      `SELECT p.subscriber, p.position, p.type, p.error, p.parked_at AS "parkedAt", e.entity_kind AS "entityKind",
              e.entity_id AS "entityId", e.campaign_id AS "campaignId", e.contact_id AS "contactId",
              e.attempt_id AS "attemptId", e.payload, e.occurred_at AS "occurredAt"
         FROM parked_events p LEFT JOIN domain_events e ON e.position = p.position
        WHERE ($1::text IS NULL OR p.subscriber = $1)
          AND ($2::text IS NULL OR (p.subscriber, p.position) > ($2, $3::bigint))
        ORDER BY p.subscriber, p.position LIMIT $4`,
      [subscriber, after?.subscriber ?? null, after?.position ?? null, limit],
    );
    return rows.map((row) => ({ ...row, position: Number(row.position) }));
  }

  /** Those that failed longest ago first, so that asking again gets past the ones that fail for good. */
  async positionsOf(subscriber: string, limit: number): Promise<number[]> {
    const rows = await this.database.rows<{ position: string }>(
      `SELECT position FROM parked_events WHERE subscriber = $1 ORDER BY parked_at, position LIMIT $2`,
      [subscriber, limit],
    );
    return rows.map(({ position }) => Number(position));
  }

  async count(subscriber: string): Promise<number> {
    const rows = await this.database.rows<{ events: number }>(
      `SELECT count(*)::int AS events FROM parked_events WHERE subscriber = $1`,
      [subscriber],
    );
    return rows[0]!.events;
  }
}
