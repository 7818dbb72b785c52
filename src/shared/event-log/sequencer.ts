import { Injectable } from '@nestjs/common';
import type { Stopwatch } from '../clock/stopwatch.js';
import { DiallingDatabase } from '../db/database.js';
import { trySequencerLock } from '../db/locks.js';
import type { Tx } from '../db/tx.js';

const BATCH = 5_000;
/** Above the usual limits: a batch that never got done in time on a slow disk would stop the log for good. */
const LIMITS = { statementMs: 5_000, transactionMs: 12_000 };
/** A backlog is numbered without a pause, but not for longer than a shutdown likes to wait. */
const DRAIN_FOR_MS = 2_000;
/**
 * While an old snapshot is held anywhere, every event numbered since stays in the index of those to number as a dead
 * entry: 240,000 of them cost 55 ms per look. So a look begins this far below the last one numbered, where what commits
 * late is still found at once, and one in so many begins at the start.
 */
const LOOK_BACK = 10_000;
const SWEEP_EVERY = 20;

/**
 * Numbers committed events. Identity values are handed out before commit, so a reader that went by them could pass an
 * event that commits later; `position` is stamped on committed rows only, by one sequencer at a time.
 */
@Injectable()
export class Sequencer {
  private looks = 0;
  /** The identity of the last event this process has numbered. */
  private reached = 0;

  constructor(private readonly database: DiallingDatabase) {}

  /** Numbers what has been committed, one batch; returns how many events it numbered. */
  async sequence(): Promise<number> {
    const after = this.looks++ % SWEEP_EVERY === 0 ? 0 : this.reached - LOOK_BACK;
    const fresh = await this.database.transaction(
      async (tx) => {
        if (!(await trySequencerLock(tx))) return [];
        const ids = await unnumbered(tx, after);
        await numberIfUnnumbered(tx, ids);
        return ids;
      },
      { limits: LIMITS },
    );
    this.reached = Math.max(this.reached, ...fresh.slice(-1));
    return fresh.length;
  }

  /** Batch after batch until the backlog or the time is used up; returns how many events it numbered. */
  async drain(stopwatch: Stopwatch): Promise<number> {
    const until = stopwatch.now() + DRAIN_FOR_MS;
    let total = 0;
    for (;;) {
      const numbered = await this.sequence();
      total += numbered;
      if (numbered < BATCH || stopwatch.now() >= until) return total;
    }
  }
}

/** By the partial index of events without a position. */
async function unnumbered(tx: Tx, after: number): Promise<number[]> {
  const rows = await tx.rows<{ id: string }>(
    `SELECT id FROM domain_events WHERE position IS NULL AND id > $1 ORDER BY id LIMIT ${BATCH}`,
    [after],
  );
  return rows.map(({ id }) => Number(id));
}

/** The lock keeps others away; should one get past it all the same, nothing is numbered twice and no number is left out. */
async function numberIfUnnumbered(tx: Tx, ids: number[]): Promise<void> {
  if (ids.length === 0) return;
  // The identities come as a parameter, so the planner knows how few they are and never reads the whole table for them.
  const numbered = await tx.execute(
    `WITH mark AS (UPDATE event_sequence SET last_position = last_position + cardinality($1::bigint[])
                   RETURNING last_position - cardinality($1::bigint[]) AS base)
     UPDATE domain_events e SET position = mark.base + fresh.ordinal
       FROM mark, unnest($1::bigint[]) WITH ORDINALITY AS fresh(id, ordinal)
      WHERE e.id = fresh.id AND e.position IS NULL`,
    [ids],
  );
  if (numbered !== ids.length) throw new Error('another sequencer has numbered the same events');
}
