import { DiallingDatabase } from '../db/database.js';
import { trySequencerLock } from '../db/locks.js';
import { Injectable } from '@nestjs/common';

const BATCH = 5_000;

/**
 * Numbers committed events. Identity values are handed out before commit, so a reader that went by them could pass an
 * event that commits later; `position` is stamped on committed rows only, by one sequencer at a time.
 */
@Injectable()
export class Sequencer {
  constructor(private readonly database: DiallingDatabase) {}

  /** Numbers what has been committed; returns how many events it numbered. */
  async sequence(): Promise<number> {
    return this.database.transaction(async (tx) => {
      if (!(await trySequencerLock(tx))) return 0;
      return tx.execute(
        `WITH fresh AS (SELECT id FROM domain_events WHERE position IS NULL ORDER BY id LIMIT ${BATCH}),
              numbered AS (SELECT id, row_number() OVER (ORDER BY id) AS ordinal FROM fresh),
              mark AS (UPDATE event_sequence SET last_position = last_position + (SELECT count(*) FROM fresh)
                        WHERE EXISTS (SELECT 1 FROM fresh)
                        RETURNING last_position - (SELECT count(*) FROM fresh) AS base)
         UPDATE domain_events e SET position = mark.base + numbered.ordinal
           FROM numbered, mark WHERE e.id = numbered.id`,
      );
    });
  }
}
