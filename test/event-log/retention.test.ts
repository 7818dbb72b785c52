import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Environment } from '../../src/shared/environment/environment.js';
import { EventRelay } from '../../src/shared/event-log/event-relay.js';
import { EventRetention } from '../../src/shared/event-log/event-retention.js';
import { EventRetentionWorker } from '../../src/shared/event-log/event-retention.worker.js';
import { logBounds } from '../../src/shared/event-log/log-reading.js';
import { Sequencer } from '../../src/shared/event-log/sequencer.js';
import type { TickedWork, Ticker } from '../../src/shared/ticking/ticker.js';
import { SequentialIds } from '../support/sequential-ids.js';
import { TestClock } from '../support/test-clock.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { waitFor } from '../support/wait-for.js';
import {
  closeConnections,
  connectTo,
  noteAll,
  Notebook,
  noteMany,
  Passed,
  positions,
  subscription,
} from './log-world.js';

const DAY_MS = 86_400_000;
const NOTES = subscription('notes');
const ids = new SequentialIds();
let db: TestDatabase;
let clock: TestClock;
let sequencer: Sequencer;
let retention: EventRetention;
let relay: EventRelay;

beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());
afterEach(closeConnections);
beforeEach(async () => {
  await db.api.transaction(async (tx) => {
    await tx.execute(`DELETE FROM domain_events`);
    await tx.execute(`DELETE FROM subscriber_cursors`);
    await tx.execute(`DELETE FROM parked_events`);
    await tx.execute(
      `UPDATE event_sequence SET last_position = 0, retained_from_position = 1, purge_until = NULL`,
    );
  });
  clock = new TestClock('2026-11-22T08:00:00Z');
  sequencer = new Sequencer(db.dialling);
  retention = new EventRetention(db.dialling, clock, ids, 30);
  relay = new EventRelay(db.dialling, clock, ids);
});

/** Appends and numbers events that happened so many days ago. */
async function happened(daysAgo: number, names: string[]): Promise<void> {
  const at = new Date((await clock.now()).getTime() - daysAgo * DAY_MS);
  await noteAll(db.dialling, names, { at });
  await sequencer.sequence();
}

async function kept(): Promise<string[]> {
  return (await positions(db.api)).map(({ name }) => name);
}

describe('the purge of the event log', () => {
  it('deletes what is older than the retention and moves the mark behind it', async () => {
    await happened(40, ['a', 'b']);
    await happened(29, ['c']);
    expect(await retention.purge()).toEqual({ deleted: 2, heldBackBy: null });
    expect(await kept()).toEqual(['c']);
    expect(await logBounds(db.api)).toEqual({ retainedFrom: 3, head: 3 });
    expect(await retention.purge()).toEqual({ deleted: 0, heldBackBy: null });

    clock.advance(2 * DAY_MS);
    await retention.purge();
    expect(await kept()).toEqual([]);
    await happened(0, ['d']);
    expect(await logBounds(db.api)).toEqual({ retainedFrom: 4, head: 4 });
  });

  it('goes by position: an old event behind a younger one stays until its turn', async () => {
    await happened(40, ['a']);
    await happened(20, ['b']);
    await happened(40, ['late']);
    await retention.purge();
    expect(await kept()).toEqual(['b', 'late']);
  });

  it('leaves what a subscriber has not passed, says who holds it back, and goes on when it has', async () => {
    await happened(40, ['a', 'b', 'c']);
    const failing = new Notebook((event) => {
      if (event.entityId === 'b') throw new Error('not yet');
    });
    await relay.deliver(NOTES, failing);
    await relay.deliver(subscription('others'), new Notebook());
    expect(await retention.purge()).toEqual({ deleted: 1, heldBackBy: 'notes' });
    expect(await kept()).toEqual(['b', 'c']);

    clock.advance(1_000);
    await relay.deliver(NOTES, new Notebook());
    expect(await retention.purge()).toEqual({ deleted: 2, heldBackBy: null });
  });

  it('leaves what has no position yet', async () => {
    await happened(40, ['a']);
    await noteAll(db.dialling, ['unnumbered'], { at: new Date('2020-01-01T00:00:00Z') });
    await retention.purge();
    expect(await kept()).toEqual(['unnumbered']);
    await sequencer.sequence();
    const subscriber = new Notebook();
    await relay.deliver(NOTES, subscriber);
    expect(subscriber.names).toEqual(['unnumbered']);
  });

  it('spares a parked event, which goes when its redelivery has succeeded', async () => {
    await happened(40, ['a', 'b', 'c']);
    const poison = new Notebook((event) => {
      if (event.entityId === 'b') throw new Error('poison');
    });
    for (let round = 0; round < 9; round++) {
      await relay.deliver(NOTES, poison);
      clock.advance(60_000);
    }
    expect(await retention.purge()).toEqual({ deleted: 2, heldBackBy: null });
    expect(await kept()).toEqual(['b']);
    expect((await logBounds(db.api)).retainedFrom).toBe(4);

    const mended = new Notebook();
    expect(await relay.redeliver(NOTES, mended, 2)).toEqual({ result: 'delivered' });
    expect(mended.names).toEqual(['b']);
    expect(await kept()).toEqual([]);
  });

  it('deletes in small transactions, and what it has deleted stays deleted when it is interrupted', async () => {
    await noteMany(db.dialling, 12_000, Passed, '2026-01-01T00:00:00Z');
    await sequencer.drain({ now: () => 0, wait: async () => undefined });
    const seen: number[] = [];
    const watched = vi.spyOn(db.dialling, 'transaction').mockImplementation(async (work, options) => {
      watched.mockRestore();
      const result = await db.dialling.transaction(work, options);
      seen.push((await kept()).length);
      throw new Error(`the process is gone after ${String(result)}`);
    });
    await expect(retention.purge()).rejects.toThrow('the process is gone after 5000');
    expect(seen).toEqual([7_000]);
    expect(await logBounds(db.api)).toEqual({ retainedFrom: 5_001, head: 12_000 });
    clock.advance(30_001);
    expect(await retention.purge()).toEqual({ deleted: 7_000, heldBackBy: null });
  });

  it('is made by one worker at a time, and one frozen past its lease deletes nothing', async () => {
    await happened(40, ['a', 'b']);
    // The frozen worker has decided what to delete and stands before its first deletion: the row of the log is locked.
    const lock = await connectTo(db.url);
    await lock.query(`BEGIN; SELECT 1 FROM domain_events ORDER BY position LIMIT 1 FOR UPDATE`);
    const frozen = retention.purge();
    await waitFor('the deletion to wait', () =>
      db.api.row(
        `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'DELETE FROM domain_events%'`,
      ),
    );
    expect(await new EventRetention(db.dialling, clock, ids, 30).purge()).toEqual({
      deleted: 0,
      heldBackBy: null,
    });
    clock.advance(30_001);
    await db.api.rows(`UPDATE event_sequence SET purge_token = 'another', purge_until = NULL RETURNING 1`);
    await lock.query('COMMIT');
    expect(await frozen).toEqual({ deleted: 0, heldBackBy: null });
    expect(await kept()).toEqual(['a', 'b']);
    expect((await logBounds(db.api)).retainedFrom).toBe(1);
  });

  it('reads the log by its index, however large it is', async () => {
    await noteMany(db.dialling, 30_000, Passed);
    await sequencer.drain({ now: () => 0, wait: async () => undefined });
    await db.api.rows(`ANALYZE domain_events`);
    const plans: string[] = [];
    const rows = db.dialling.rows.bind(db.dialling);
    vi.spyOn(db.dialling, 'rows').mockImplementation(async (sql: string, parameters: unknown[] = []) => {
      if (/domain_events/.test(sql)) plans.push(JSON.stringify(await rows(`EXPLAIN ${sql}`, parameters)));
      return rows(sql, parameters) as never;
    });
    await retention.purge();
    expect(plans).toHaveLength(1);
    expect(plans[0]).toContain('domain_events_position_key');
    expect(plans[0]).not.toContain('Seq Scan on domain_events');
  });

  it('keeps everything when no retention is set', async () => {
    await happened(4_000, ['a']);
    expect(await new EventRetention(db.dialling, clock, ids, 0).purge()).toEqual({
      deleted: 0,
      heldBackBy: null,
    });
    const works: TickedWork[] = [];
    const ticker = { register: (work: TickedWork) => works.push(work) } as unknown as Ticker;
    new EventRetentionWorker(
      { EVENT_RETENTION_DAYS: 0 } as Environment,
      retention,
      ticker,
    ).onApplicationBootstrap();
    expect(works).toEqual([]);
    new EventRetentionWorker(
      { EVENT_RETENTION_DAYS: 30 } as Environment,
      retention,
      ticker,
    ).onApplicationBootstrap();
    await works[0]!.work();
    expect(await kept()).toEqual([]);
  });

  it('leaves the versions of every entity without gaps from the mark on', async () => {
    for (const [daysAgo, version] of [
      [50, 1],
      [40, 2],
      [20, 3],
      [10, 4],
    ] as const) {
      for (const entityId of ['x', 'y']) {
        const at = new Date((await clock.now()).getTime() - daysAgo * DAY_MS);
        await noteAll(db.dialling, [entityId], { version, at });
      }
      await sequencer.sequence();
    }
    await retention.purge();
    const gaps = await db.api.rows(
      `SELECT entity_id FROM domain_events, event_sequence WHERE position >= retained_from_position
        GROUP BY entity_id HAVING max(entity_version) - min(entity_version) + 1 <> count(*) OR max(entity_version) <> 4`,
    );
    expect(gaps).toEqual([]);
    expect(await kept()).toEqual(['x', 'y', 'x', 'y']);
  });

  it('lets a new subscriber begin with what is left', async () => {
    await happened(40, ['a', 'b']);
    await happened(1, ['c']);
    await retention.purge();
    const late = new Notebook();
    await relay.deliver(subscription('new'), late);
    expect(late.names).toEqual(['c']);
  });
});
