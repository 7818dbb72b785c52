import type { Database } from '../db/database.js';

export interface ParkedPlace {
  subscriber: string;
  position: number;
}

/**
 * Takes an event off the shelf. One that the purge spared because it was parked goes with it, unless another
 * subscriber has parked it too. False when it was not there.
 */
export async function unpark(database: Database, { subscriber, position }: ParkedPlace): Promise<boolean> {
  return database.transaction(async (tx) => {
    const taken = await tx.execute(`DELETE FROM parked_events WHERE subscriber = $1 AND position = $2`, [
      subscriber,
      position,
    ]);
    if (taken === 0) return false;
    await tx.execute(
      `DELETE FROM domain_events
        WHERE position = $1 AND position < (SELECT retained_from_position FROM event_sequence)
          AND NOT EXISTS (SELECT 1 FROM parked_events WHERE position = $1)`,
      [position],
    );
    return true;
  });
}

/** Keeps the event parked, with the error and the time of the last delivery. False when it was not there. */
export async function parkAgain(
  database: Database,
  { subscriber, position }: ParkedPlace,
  { error, at }: { error: string; at: Date },
): Promise<boolean> {
  const rows = await database.rows(
    `UPDATE parked_events SET error = $3, parked_at = $4 WHERE subscriber = $1 AND position = $2 RETURNING position`,
    [subscriber, position, error, at],
  );
  return rows.length > 0;
}
