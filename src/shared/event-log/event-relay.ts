import { Injectable } from '@nestjs/common';
import { Clock } from '../clock/clock.js';
import { DiallingDatabase } from '../db/database.js';
import { IdGenerator } from '../ids/id-generator.js';
import type { LoggedEvent } from './domain-event.js';
import type { EventSubscriber, Subscription } from './subscribes.js';

const BATCH = 200;
/** Longer than any one reaction may take: a second delivery beside a running one would only cost, but cost twice. */
const LEASE_MS = 60_000;
/** After this many failures the event is parked and the subscriber goes on with the next. */
const FAILURES_BEFORE_PARKING = 8;

/**
 * Feeds one subscriber from the log. A leased cursor makes one worker at a time deliver; it moves after the reaction
 * was awaited, so a crash in between delivers again. What fails again and again is parked with its error.
 */
@Injectable()
export class EventRelay {
  constructor(
    private readonly database: DiallingDatabase,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
  ) {}

  /** Delivers what is there; returns how many events were handled. */
  async deliver(subscription: Subscription, subscriber: EventSubscriber): Promise<number> {
    const token = this.ids.next();
    const at = await this.clock.now();
    const cursor = await this.lease(subscription.name, token, at);
    if (cursor === null) return 0;
    let handled = 0;
    let { position } = cursor;
    try {
      // Read before the batch: what is numbered meanwhile lies behind this mark only if the batch saw it.
      const head = await this.head();
      const batch = await this.next(subscription, position);
      for (const event of batch) {
        try {
          await subscriber.handle(event);
        } catch (error) {
          if (position > cursor.position) await this.advance(subscription.name, token, position);
          const failures = position > cursor.position ? 1 : cursor.failures + 1;
          await this.failed(subscription.name, token, event, failures, error, at);
          return handled;
        }
        position = event.position;
        handled++;
      }
      // One write for the whole batch: after a crash it is delivered again, which reactions must bear anyway.
      if (handled > 0) await this.advance(subscription.name, token, position);
      // Nothing of interest up to the head: the next look starts there instead of reading it all again.
      if (batch.length < BATCH && head > position) await this.advance(subscription.name, token, head);
      return handled;
    } finally {
      await this.release(subscription.name, token);
    }
  }

  private async lease(
    name: string,
    token: string,
    at: Date,
  ): Promise<{ position: number; failures: number } | null> {
    const rows = await this.database.rows<{ position: string; failures: number }>(
      `INSERT INTO subscriber_cursors AS c (subscriber, lease_token, lease_until) VALUES ($1, $2, $3)
       ON CONFLICT (subscriber) DO UPDATE SET lease_token = $2, lease_until = $3
         WHERE (c.lease_until IS NULL OR c.lease_until < $4) AND (c.retry_at IS NULL OR c.retry_at <= $4)
       RETURNING position, failures`,
      [name, token, new Date(at.getTime() + LEASE_MS), at],
    );
    const row = rows[0];
    return row === undefined ? null : { position: Number(row.position), failures: row.failures };
  }

  private async head(): Promise<number> {
    const row = await this.database.row<{ head: string }>(`SELECT last_position AS head FROM event_sequence`);
    return Number(row!.head);
  }

  private async next(subscription: Subscription, position: number): Promise<LoggedEvent[]> {
    const rows = await this.database.rows<LoggedEvent & { position: string }>(
      `SELECT id, position, type, entity_kind AS "entityKind", entity_id AS "entityId",
              entity_version AS "entityVersion", campaign_id AS "campaignId", contact_id AS "contactId",
              attempt_id AS "attemptId", payload, occurred_at AS "occurredAt"
         FROM domain_events WHERE position > $1 AND type = ANY ($2) ORDER BY position LIMIT ${BATCH}`,
      [position, subscription.types],
    );
    return rows.map((row) => ({ ...row, position: Number(row.position) }));
  }

  /** Fenced by the lease: a worker that was frozen past it moves nothing. */
  private async advance(name: string, token: string, position: number): Promise<boolean> {
    const rows = await this.database.rows(
      `UPDATE subscriber_cursors SET position = $3, failures = 0, last_error = NULL, retry_at = NULL
        WHERE subscriber = $1 AND lease_token = $2 AND position < $3 RETURNING subscriber`,
      [name, token, position],
    );
    return rows.length > 0;
  }

  private async failed(
    name: string,
    token: string,
    event: LoggedEvent,
    failures: number,
    error: unknown,
    at: Date,
  ): Promise<void> {
    const message = error instanceof Error ? error.message : String(error);
    if (failures < FAILURES_BEFORE_PARKING) {
      const retryAt = new Date(at.getTime() + Math.min(60_000, 250 * 2 ** failures));
      await this.database.rows(
        `UPDATE subscriber_cursors SET failures = $3, last_error = $4, retry_at = $5
          WHERE subscriber = $1 AND lease_token = $2`,
        [name, token, failures, message, retryAt],
      );
      return;
    }
    await this.database.transaction(async (tx) => {
      const moved = await tx.execute(
        `UPDATE subscriber_cursors SET position = $3, failures = 0, retry_at = NULL, last_error = $4
          WHERE subscriber = $1 AND lease_token = $2`,
        [name, token, event.position, message],
      );
      if (moved === 0) return;
      await tx.execute(
        `INSERT INTO parked_events (subscriber, position, type, error, parked_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING`,
        [name, event.position, event.type, message, at],
      );
    });
  }

  private async release(name: string, token: string): Promise<void> {
    await this.database.rows(
      `UPDATE subscriber_cursors SET lease_until = NULL, lease_token = NULL WHERE subscriber = $1 AND lease_token = $2
       RETURNING subscriber`,
      [name, token],
    );
  }
}
