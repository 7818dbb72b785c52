import type { Database } from '../db/database.js';

/** A purge that a worker died in goes on after this. */
const LEASE_MS = 30_000;

export interface OldEvents {
  /** The mark: nothing but parked events lies before it. */
  from: number;
  /** The last event that may go; null when none may. */
  upTo: number | null;
  heldBackBy: string | null;
}

export interface Deletion {
  token: string;
  at: Date;
  from: number;
  upTo: number;
}

/** False while another worker is at it. */
export async function leasePurgeIfFree(database: Database, token: string, at: Date): Promise<boolean> {
  const rows = await database.rows(
    `UPDATE event_sequence SET purge_token = $1, purge_until = $2
      WHERE purge_until IS NULL OR purge_until < $3 RETURNING singleton`,
    [token, leaseEnd(at), at],
  );
  return rows.length > 0;
}

export async function releasePurgeIfLeased(database: Database, token: string): Promise<boolean> {
  const rows = await database.rows(
    `UPDATE event_sequence SET purge_token = NULL, purge_until = NULL WHERE purge_token = $1 RETURNING singleton`,
    [token],
  );
  return rows.length > 0;
}

/** The events from the mark on up to the first one that is too young or that a subscriber has still before it. */
export async function oldEvents(database: Database, olderThan: Date, limit: number): Promise<OldEvents> {
  const row = await database.row<{ from: string; upTo: string | null; heldBackBy: string | null }>(
    `WITH oldest AS (SELECT position, occurred_at < $1 AS old FROM domain_events
                      WHERE position >= (SELECT retained_from_position FROM event_sequence)
                      ORDER BY position LIMIT $2),
          aged AS (SELECT position FROM oldest
                    WHERE position < (SELECT coalesce(min(position), 'infinity'::float8) FROM oldest WHERE NOT old)),
          slowest AS (SELECT subscriber, position FROM subscriber_cursors ORDER BY position, subscriber LIMIT 1)
     SELECT retained_from_position AS from,
            (SELECT max(a.position) FROM aged a WHERE NOT EXISTS (SELECT 1 FROM slowest s WHERE s.position < a.position))
              AS "upTo",
            (SELECT s.subscriber FROM slowest s WHERE EXISTS (SELECT 1 FROM aged a WHERE s.position < a.position))
              AS "heldBackBy"
       FROM event_sequence`,
    [olderThan, limit],
  );
  const { from, upTo, heldBackBy } = row!;
  return { from: Number(from), upTo: upTo === null ? null : Number(upTo), heldBackBy };
}

/**
 * Deletes `from` to `upTo` and moves the mark behind it, both or neither. Null for a worker that was frozen past its
 * lease, or where a cursor has been set back in the meantime.
 */
export async function deleteEventsIfLeased(database: Database, deletion: Deletion): Promise<number | null> {
  const { token, at, from, upTo } = deletion;
  return database
    .transaction(async (tx) => {
      const deleted = await tx.execute(
        `DELETE FROM domain_events e WHERE position BETWEEN $1 AND $2
          AND NOT EXISTS (SELECT 1 FROM parked_events p WHERE p.position = e.position)`,
        [from, upTo],
      );
      // Last, because the sequencer waits for this row.
      const moved = await tx.execute(
        `UPDATE event_sequence SET retained_from_position = $3 + 1, purge_until = $4
        WHERE purge_token = $1 AND retained_from_position = $2
          AND NOT EXISTS (SELECT 1 FROM subscriber_cursors WHERE position < $3)`,
        [token, from, upTo, leaseEnd(at)],
      );
      if (moved === 0) throw new LostPurge();
      return deleted;
    })
    .catch((error: unknown) => {
      if (error instanceof LostPurge) return null;
      throw error;
    });
}

/** Undoes the deletion of a worker that may not delete any more. */
class LostPurge extends Error {}

function leaseEnd(at: Date): Date {
  return new Date(at.getTime() + LEASE_MS);
}
