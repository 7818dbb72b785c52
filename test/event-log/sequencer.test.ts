import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventLogWorker } from '../../src/shared/event-log/event-log.worker.js';
import { EventRelay } from '../../src/shared/event-log/event-relay.js';
import type { EventSubscribers } from '../../src/shared/event-log/event-subscribers.js';
import { Sequencer } from '../../src/shared/event-log/sequencer.js';
import type { TickedWork, Ticker } from '../../src/shared/ticking/ticker.js';
import { SequentialIds } from '../support/sequential-ids.js';
import { TestClock } from '../support/test-clock.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { waitFor } from '../support/wait-for.js';
import {
  AT,
  Barrier,
  closeConnections,
  connectTo,
  note,
  noteAll,
  Notebook,
  noteMany,
  positions,
  subscription,
} from './log-world.js';

const TIMELESS = { now: () => 0, wait: async () => undefined };
let db: TestDatabase;
let sequencer: Sequencer;

beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());
afterEach(closeConnections);
beforeEach(async () => {
  await db.api.transaction(async (tx) => {
    await tx.execute(`TRUNCATE domain_events, subscriber_cursors, parked_events`);
    await tx.execute(`UPDATE event_sequence SET last_position = 0, retained_from_position = 1`);
  });
  sequencer = new Sequencer(db.dialling);
});

/** Number of distinct positions, the highest of them, and the mark: all equal when nothing is double and nothing is left out. */
async function numbering(): Promise<{ events: number; distinct: number; highest: number; mark: number }> {
  const row = await db.api.row<{ events: number; distinct: number; highest: number; mark: number }>(
    `SELECT count(*)::int AS events, count(DISTINCT position)::int AS "distinct", max(position)::int AS highest,
            (SELECT last_position::int FROM event_sequence) AS mark FROM domain_events`,
  );
  return row!;
}

/** A reader who goes on from the last event it has seen, by the given column. */
class Reader {
  readonly names: string[] = [];
  private last = 0;

  constructor(private readonly by: 'id' | 'position') {}

  async poll(): Promise<void> {
    const rows = await db.api.rows<{ name: string; at: string }>(
      `SELECT entity_id AS name, ${this.by} AS at FROM domain_events WHERE ${this.by} > $1 ORDER BY ${this.by}`,
      [this.last],
    );
    for (const { name, at } of rows) {
      this.names.push(name);
      this.last = Number(at);
    }
  }
}

describe('an event whose transaction commits late', () => {
  it('comes after those committed before: no reader by position misses it, a reader by id does', async () => {
    const [byPosition, byId] = [new Reader('position'), new Reader('id')];
    const barrier = new Barrier();
    const late = db.dialling.transaction(async (tx) => {
      await note(tx, { entityId: 'late' });
      await barrier.pass();
    });
    await barrier.reached;
    await noteAll(db.dialling, ['early']);
    await sequencer.sequence();
    for (const reader of [byPosition, byId]) await reader.poll();
    barrier.release();
    await late;
    await sequencer.sequence();
    for (const reader of [byPosition, byId]) await reader.poll();
    expect(byPosition.names).toEqual(['early', 'late']);
    expect(byId.names).toEqual(['early']);
    const [first, second] = await db.api.rows<{ name: string }>(
      `SELECT entity_id AS name FROM domain_events ORDER BY id`,
    );
    expect([first!.name, second!.name]).toEqual(['late', 'early']);
  });

  it('is found though thousands were numbered meanwhile and the sequencer no longer looks that far back', async () => {
    const late = await connectTo(db.url);
    await late.query(
      `BEGIN; INSERT INTO domain_events (type, entity_kind, entity_id, entity_version, payload, occurred_at)
              VALUES ('import.noted.v1', 'import', 'late', 1, '{}', now())`,
    );
    await noteMany(db.dialling, 20_000);
    expect(await sequencer.drain(TIMELESS)).toBe(20_000);
    await late.query('COMMIT');
    for (let looks = 0; looks < 20; looks++) await sequencer.sequence();
    expect((await positions(db.api)).at(-1)).toEqual({ name: 'late', position: 20_001 });
  });
});

describe('two sequencers at once', () => {
  /** Both are past the lock, if there is one, and the row of the mark holds them up. */
  async function together(): Promise<{ settled: PromiseSettledResult<number>[]; waited: number }> {
    const blocker = await connectTo(db.url);
    await blocker.query('BEGIN; SELECT 1 FROM event_sequence FOR UPDATE');
    const done: number[] = [];
    const both = [sequencer, new Sequencer(db.dialling)].map(async (each, index) => {
      const numbered = await each.sequence();
      done.push(index);
      return numbered;
    });
    const waiting = async () =>
      Number(
        (await db.api.row<{ n: string }>(
          `SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'WITH mark%'`,
        ))!.n,
      );
    const waited = await waitFor('both to wait or be done', async () => {
      const count = await waiting();
      return count + done.length === 2 ? count : 0;
    });
    await blocker.query('COMMIT');
    return { settled: await Promise.allSettled(both), waited };
  }

  it('do not both number: the second finds the lock held and leaves at once', async () => {
    await noteAll(db.dialling, ['a', 'b', 'c']);
    const { settled, waited } = await together();
    expect(waited).toBe(1);
    const numbered = settled.map((each) => (each.status === 'fulfilled' ? each.value : Number.NaN));
    expect(numbered.toSorted((a, b) => a - b)).toEqual([0, 3]);
    expect(await numbering()).toEqual({ events: 3, distinct: 3, highest: 3, mark: 3 });
  });

  it('without the lock would meet, and even then the guard lets no event be numbered twice', async () => {
    const original = db.dialling.transaction.bind(db.dialling);
    vi.spyOn(db.dialling, 'transaction').mockImplementation((work, options) =>
      original((tx) => {
        const row = tx.row.bind(tx);
        vi.spyOn(tx, 'row').mockImplementation(async (sql: string, parameters?: unknown[]) =>
          /advisory/.test(sql) ? { held: true } : ((await row(sql, parameters)) as never),
        );
        return work(tx);
      }, options),
    );
    await noteAll(db.dialling, ['a', 'b', 'c']);
    const { settled, waited } = await together();
    expect(waited).toBe(2);
    expect(settled.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await numbering()).toEqual({ events: 3, distinct: 3, highest: 3, mark: 3 });
  });

  it('without lock and guard number the same events again, past a reader who has seen them', async () => {
    await noteAll(db.dialling, ['a', 'b', 'c']);
    const [one, other] = [await connectTo(db.url), await connectTo(db.url)];
    const unguarded = `WITH fresh AS (SELECT id, row_number() OVER (ORDER BY id) AS ordinal FROM domain_events WHERE position IS NULL),
        mark AS (UPDATE event_sequence SET last_position = last_position + 3 RETURNING last_position - 3 AS base)
      UPDATE domain_events e SET position = mark.base + fresh.ordinal FROM fresh, mark WHERE e.id = fresh.id`;
    await one.query('BEGIN');
    await one.query(unguarded);
    const second = other.query(unguarded);
    await waitFor('the second to wait', () =>
      db.api.row(
        `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'WITH fresh%'`,
      ),
    );
    await one.query('COMMIT');
    const reader = new Reader('position');
    await Promise.all([second, reader.poll()]);
    await reader.poll();
    // The numbers 1 to 3 are gone, and who had read them reads the same events again.
    expect((await numbering()).highest).toBe(6);
  });

  it('racing with those who append leave nothing double and nothing out', async () => {
    const rivals = [sequencer, new Sequencer(db.dialling), new Sequencer(db.api)];
    let appending = true;
    const appended = Promise.all(
      [0, 1, 2, 3].map((writer) =>
        noteAll(
          db.dialling,
          Array.from({ length: 50 }, (_, index) => `${writer}-${index}`),
        ),
      ),
    ).finally(() => (appending = false));
    await Promise.all(
      rivals.map(async (rival) => {
        while (appending) await rival.sequence();
      }),
    );
    await appended;
    while ((await sequencer.sequence()) > 0);
    expect(await numbering()).toEqual({ events: 200, distinct: 200, highest: 200, mark: 200 });
    const order = (await positions(db.api)).map(({ name }) => name.split('-').map(Number));
    for (const writer of [0, 1, 2, 3]) {
      const own = order.filter(([by]) => by === writer).map(([, index]) => index);
      expect(own).toEqual([...own].sort((a, b) => a! - b!));
    }
  });
});

describe('a long transaction held open elsewhere', () => {
  it('keeps nobody else’s events from being numbered and delivered', async () => {
    const long = await connectTo(db.url);
    await long.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await long.query(
      `INSERT INTO domain_events (type, entity_kind, entity_id, entity_version, payload, occurred_at)
       VALUES ('import.noted.v1', 'import', 'held', 1, '{}', now())`,
    );
    const notebook = new Notebook();
    const relay = new EventRelay(db.dialling, new TestClock(AT), new SequentialIds());
    for (const name of ['a', 'b', 'c']) {
      await noteAll(db.dialling, [name]);
      expect(await sequencer.sequence()).toBe(1);
      await relay.deliver(subscription('notes'), notebook);
    }
    expect(notebook.names).toEqual(['a', 'b', 'c']);
    await long.query('COMMIT');
    await sequencer.sequence();
    await relay.deliver(subscription('notes'), notebook);
    expect(notebook.names).toEqual(['a', 'b', 'c', 'held']);
  });

  it('does not make each look go through everything numbered since', async () => {
    const long = await connectTo(db.url);
    await long.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM domain_events');
    await noteMany(db.dialling, 25_000);
    await sequencer.drain(TIMELESS);
    const looked: number[] = [];
    const original = db.dialling.transaction.bind(db.dialling);
    vi.spyOn(db.dialling, 'transaction').mockImplementation((work, options) =>
      original((tx) => {
        const rows = tx.rows.bind(tx);
        vi.spyOn(tx, 'rows').mockImplementation(async (sql: string, parameters: unknown[] = []) => {
          if (/position IS NULL/.test(sql)) {
            const explained = await rows(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`, parameters);
            const counts = JSON.stringify(explained).matchAll(
              /"(?:Heap Fetches|Actual Rows|Rows Removed by [A-Za-z ]+)":([0-9.]+)/g,
            );
            looked.push(Math.max(...[...counts].map(([, count]) => Number(count))));
          }
          return rows(sql, parameters) as never;
        });
        return work(tx);
      }, options),
    );
    await noteMany(db.dialling, 10);
    expect(await sequencer.sequence()).toBe(10);
    expect(looked).toHaveLength(1);
    expect(looked[0]).toBeGreaterThan(9);
    expect(looked[0]).toBeLessThanOrEqual(10_020);
    await long.query('COMMIT');
  });
});

describe('a backlog', () => {
  it('of 20,000 events is numbered and handed on in one go', async () => {
    await noteMany(db.dialling, 20_000);
    const works: TickedWork[] = [];
    const woken: string[] = [];
    const ticker = {
      register: (work: TickedWork) => works.push(work),
      wake: (name: string) => woken.push(name),
    } as unknown as Ticker;
    const relay = new EventRelay(db.dialling, new TestClock(AT), new SequentialIds());
    const notebook = new Notebook();
    const subscribers = { all: () => [{ subscription: subscription('notes'), subscriber: notebook }] };
    new EventLogWorker(
      subscribers as unknown as EventSubscribers,
      sequencer,
      relay,
      ticker,
      TIMELESS,
    ).onApplicationBootstrap();
    await works[0]!.work();
    expect(await numbering()).toEqual({ events: 20_000, distinct: 20_000, highest: 20_000, mark: 20_000 });
    expect(woken).toEqual(['subscriber:notes']);
    await works[1]!.work();
    expect(notebook.seen.map(({ position }) => position)).toEqual(
      Array.from({ length: 20_000 }, (_, at) => at + 1),
    );
  });

  it('is left for the next tick when the time is used up', async () => {
    await noteMany(db.dialling, 11_000);
    let reading = 0;
    expect(await sequencer.drain({ ...TIMELESS, now: () => (reading += 1_500) })).toBe(10_000);
    expect(await sequencer.drain(TIMELESS)).toBe(1_000);
  });
});
