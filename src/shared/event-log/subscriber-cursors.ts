import type { Database } from '../db/database.js';
import type { LoggedEvent } from './domain-event.js';

/** Longer than any one reaction should take: a second delivery beside a running one is harmless, but costs twice. */
export const LEASE_MS = 60_000;

/** Who delivers to a subscriber at present. */
export interface Lease {
  subscriber: string;
  token: string;
}

export interface LeasedCursor {
  /** The last position that was dealt with. */
  position: number;
  /** How often in a row the event after it has failed. */
  failures: number;
}

export interface Failure {
  failures: number;
  error: string;
  retryAt: Date;
}

/** Null while another worker has the lease, or a failure waits for its retry. */
export async function leaseCursorIfFree(
  database: Database,
  { subscriber, token }: Lease,
  at: Date,
): Promise<LeasedCursor | null> {
  const row = await database.row<{ position: string; failures: number }>(
    `INSERT INTO subscriber_cursors AS c (subscriber, lease_token, lease_until) VALUES ($1, $2, $3)
     ON CONFLICT (subscriber) DO UPDATE SET lease_token = $2, lease_until = $3
       WHERE (c.lease_until IS NULL OR c.lease_until < $4) AND (c.retry_at IS NULL OR c.retry_at <= $4)
     RETURNING position, failures`,
    [subscriber, token, leaseEnd(at), at],
  );
  return row === undefined ? null : { position: Number(row.position), failures: row.failures };
}

/** Moves the cursor and renews the lease; false for a worker that was frozen past it. */
export async function advanceIfLeased(
  database: Database,
  { subscriber, token }: Lease,
  position: number,
  at: Date,
): Promise<boolean> {
  const rows = await database.rows(
    `UPDATE subscriber_cursors SET position = $3, lease_until = $4,
            failures = CASE WHEN position < $3 THEN 0 ELSE failures END,
            last_error = CASE WHEN position < $3 THEN NULL ELSE last_error END, retry_at = NULL
      WHERE subscriber = $1 AND lease_token = $2 AND position <= $3 RETURNING subscriber`,
    [subscriber, token, position, leaseEnd(at)],
  );
  return rows.length > 0;
}

export async function noteFailureIfLeased(
  database: Database,
  { subscriber, token }: Lease,
  { failures, error, retryAt }: Failure,
): Promise<boolean> {
  const rows = await database.rows(
    `UPDATE subscriber_cursors SET failures = $3, last_error = $4, retry_at = $5
      WHERE subscriber = $1 AND lease_token = $2 RETURNING subscriber`,
    [subscriber, token, failures, error, retryAt],
  );
  return rows.length > 0;
}

/** Puts an event aside and moves past it, both or neither. */
export async function parkIfLeased(
  database: Database,
  { subscriber, token }: Lease,
  event: LoggedEvent,
  { error, at }: { error: string; at: Date },
): Promise<boolean> {
  return database.transaction(async (tx) => {
    const moved = await tx.execute(
      `UPDATE subscriber_cursors SET position = $3, failures = 0, retry_at = NULL, last_error = $4
        WHERE subscriber = $1 AND lease_token = $2`,
      [subscriber, token, event.position, error],
    );
    if (moved === 0) return false;
    await tx.execute(
      `INSERT INTO parked_events (subscriber, position, type, error, parked_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING`,
      [subscriber, event.position, event.type, error, at],
    );
    return true;
  });
}

export async function releaseIfLeased(database: Database, { subscriber, token }: Lease): Promise<boolean> {
  const rows = await database.rows(
    `UPDATE subscriber_cursors SET lease_until = NULL, lease_token = NULL
      WHERE subscriber = $1 AND lease_token = $2 RETURNING subscriber`,
    [subscriber, token],
  );
  return rows.length > 0;
}

function leaseEnd(at: Date): Date {
  return new Date(at.getTime() + LEASE_MS);
}
