import type { Database } from '../db/database.js';
import type { Tx } from '../db/tx.js';

/**
 * The one source of time for every decision. Time is passed on as a parameter; nothing in a decision reads a clock
 * of its own.
 */
export abstract class Clock {
  /** The present instant, to the millisecond; inside a transaction pass its `tx`. */
  abstract now(tx?: Tx): Promise<Date>;
}

/** The database's clock: the clocks of the workers' machines may be wrong, and differ. */
export class DatabaseClock extends Clock {
  constructor(private readonly database: Database) {
    super();
  }

  override async now(tx?: Tx): Promise<Date> {
    const rows = await (tx ?? this.database).rows<{ at: Date }>(
      `SELECT date_trunc('milliseconds', clock_timestamp()) AS at`,
    );
    return rows[0]!.at;
  }
}
