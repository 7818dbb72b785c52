import { Injectable } from '@nestjs/common';
import { ApiDatabase } from '../../shared/db/database.js';
import type { Tx } from '../../shared/db/tx.js';

export interface RowFigures {
  liveCalls: { status: string; calls: number; oldestSeconds: number }[];
  endedCalls: { outcome: string; calls: number }[];
  unsequenced: { events: number; oldestSeconds: number };
  subscriberLag: { subscriber: string; events: number; oldestSeconds: number; failures: number }[];
  parked: { subscriber: string; events: number }[];
  oldestEventSeconds: number;
  openCircuits: number;
  diallingStopped: boolean;
}

/** Enough to see that it is growing; counting further would cost more than it tells. */
const MOST_COUNTED = 10_000;

/**
 * The figures of a scrape. Each statement reads a partial index or a table that is small by nature, so a scrape costs
 * the same with ten contacts and with ten million.
 */
@Injectable()
export class MetricsQueries {
  constructor(private readonly database: ApiDatabase) {}

  figures(): Promise<RowFigures> {
    return this.database.transaction(
      async (tx) => ({
        liveCalls: await liveCalls(tx),
        endedCalls: await endedCalls(tx),
        unsequenced: await unsequenced(tx),
        subscriberLag: await subscriberLag(tx),
        parked: await parked(tx),
        oldestEventSeconds: await oldestEventSeconds(tx),
        ...(await switches(tx)),
      }),
      { retries: 0, limits: { statementMs: 2_000 } },
    );
  }
}

/** By the partial index of live calls. */
function liveCalls(tx: Tx): Promise<RowFigures['liveCalls']> {
  return tx.rows(
    `SELECT status, count(*)::int AS calls,
            extract(epoch FROM clock_timestamp() - min(claimed_at))::float8 AS "oldestSeconds"
       FROM call_attempts WHERE status <> 'ended' GROUP BY status`,
  );
}

function endedCalls(tx: Tx): Promise<RowFigures['endedCalls']> {
  return tx.rows(
    `SELECT outcome, sum(calls)::float8 AS calls FROM outcome_totals GROUP BY outcome ORDER BY outcome`,
  );
}

/** By the partial index of events the sequencer has still to number. */
async function unsequenced(tx: Tx): Promise<RowFigures['unsequenced']> {
  const row = await tx.row<{ events: number; oldestSeconds: number | null }>(
    `SELECT count(*)::int AS events,
            extract(epoch FROM clock_timestamp() - min(occurred_at))::float8 AS "oldestSeconds"
       FROM (SELECT occurred_at FROM domain_events WHERE position IS NULL ORDER BY id LIMIT ${MOST_COUNTED}) AS waiting`,
  );
  return { events: row!.events, oldestSeconds: row!.oldestSeconds ?? 0 };
}

/** One probe of the index of positions per cursor, whether or not anybody delivers to it. */
function subscriberLag(tx: Tx): Promise<RowFigures['subscriberLag']> {
  return tx.rows(
    `SELECT c.subscriber, greatest(s.last_position - c.position, 0)::float8 AS events, c.failures,
            coalesce(extract(epoch FROM clock_timestamp() - next.occurred_at), 0)::float8 AS "oldestSeconds"
       FROM subscriber_cursors c CROSS JOIN event_sequence s
            LEFT JOIN LATERAL (SELECT occurred_at FROM domain_events WHERE position > c.position
                                ORDER BY position LIMIT 1) AS next ON true
      ORDER BY c.subscriber`,
  );
}

/** Of what is left behind the mark of the purge; parked events may be older. */
async function oldestEventSeconds(tx: Tx): Promise<number> {
  const row = await tx.row<{ seconds: number }>(
    `SELECT extract(epoch FROM clock_timestamp() - occurred_at)::float8 AS seconds FROM domain_events
      WHERE position >= (SELECT retained_from_position FROM event_sequence) ORDER BY position LIMIT 1`,
  );
  return row?.seconds ?? 0;
}

function parked(tx: Tx): Promise<RowFigures['parked']> {
  return tx.rows(`SELECT subscriber, count(*)::int AS events FROM parked_events GROUP BY subscriber`);
}

async function switches(tx: Tx): Promise<Pick<RowFigures, 'openCircuits' | 'diallingStopped'>> {
  const row = await tx.row<{ openCircuits: number; diallingStopped: boolean }>(
    `SELECT (SELECT count(*)::int FROM carrier_circuits WHERE state = 'open') AS "openCircuits",
            EXISTS (SELECT 1 FROM settings WHERE dialling_stopped_at IS NOT NULL) AS "diallingStopped"`,
  );
  return row!;
}
