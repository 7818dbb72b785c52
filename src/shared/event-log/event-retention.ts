import { Clock } from '../clock/clock.js';
import { DiallingDatabase } from '../db/database.js';
import { IdGenerator } from '../ids/id-generator.js';
import { deleteEventsIfLeased, leasePurgeIfFree, oldEvents, releasePurgeIfLeased } from './purge.sql.js';

const DAY_MS = 86_400_000;
/** A transaction of this size lasts some tens of milliseconds. */
const BATCH = 5_000;
/** Stops here and goes on with the next call, so that a shutdown does not wait for a large purge. */
const PURGE_FOR_MS = 5_000;

export interface Purge {
  deleted: number;
  /** A subscriber that has not passed events that are old enough: nothing behind its cursor is deleted. */
  heldBackBy: string | null;
}

/**
 * Deletes events older than the retention, in the order of their positions and only what every subscriber has passed;
 * parked events stay. The mark moves in the transaction that deletes, so the log is whole from the mark on at any moment.
 */
export class EventRetention {
  constructor(
    private readonly database: DiallingDatabase,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
    /** 0 keeps everything. */
    private readonly retentionDays: number,
  ) {}

  /** Some seconds of purging, by one worker at a time. */
  async purge(): Promise<Purge> {
    const purge: Purge = { deleted: 0, heldBackBy: null };
    if (this.retentionDays === 0) return purge;
    const token = this.ids.next();
    const start = await this.clock.now();
    if (!(await leasePurgeIfFree(this.database, token, start))) return purge;
    try {
      for (let at = start; at.getTime() - start.getTime() < PURGE_FOR_MS; at = await this.clock.now()) {
        const olderThan = new Date(at.getTime() - this.retentionDays * DAY_MS);
        const old = await oldEvents(this.database, olderThan, BATCH);
        purge.heldBackBy = old.heldBackBy;
        if (old.upTo === null) break;
        const deleted = await deleteEventsIfLeased(this.database, {
          token,
          at,
          from: old.from,
          upTo: old.upTo,
        });
        if (deleted === null) break;
        purge.deleted += deleted;
      }
      return purge;
    } finally {
      await releasePurgeIfLeased(this.database, token);
    }
  }
}
