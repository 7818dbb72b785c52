import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EventRelay } from '../../src/shared/event-log/event-relay.js';
import { Sequencer } from '../../src/shared/event-log/sequencer.js';
import { SequentialIds } from '../support/sequential-ids.js';
import { TestClock } from '../support/test-clock.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import {
  AT,
  Barrier,
  cursorOf,
  note,
  noteAll,
  Notebook,
  noteMany,
  Passed,
  subscription,
} from './log-world.js';

let db: TestDatabase;
let clock: TestClock;
let relay: EventRelay;
let sequencer: Sequencer;
const ids = new SequentialIds();
const NOTES = subscription('notes');

beforeAll(async () => {
  db = await openTestDatabase();
  sequencer = new Sequencer(db.dialling);
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.api.transaction(async (tx) => {
    await tx.execute(`DELETE FROM domain_events`);
    await tx.execute(`DELETE FROM subscriber_cursors`);
    await tx.execute(`DELETE FROM parked_events`);
  });
  await db.api.rows(`UPDATE event_sequence SET last_position = 0 RETURNING 1`);
  clock = new TestClock(AT);
  relay = new EventRelay(db.dialling, clock, ids);
});

async function logged(names: string[]): Promise<void> {
  await noteAll(db.dialling, names);
  await sequencer.sequence();
}

describe('a delivery', () => {
  it('that a crash cut off before the cursor moved is made again, and its effect stands once', async () => {
    await logged(['a', 'b', 'c']);
    const effects = new Set<string>();
    const dying = new Notebook((event) => void effects.add(event.entityId));
    const connectionLost = new EventRelay(failingAtTheCursor(db), clock, ids);
    await expect(connectionLost.deliver(NOTES, dying)).rejects.toThrow('the process is gone');
    expect(dying.names).toEqual(['a', 'b', 'c']);
    expect(await cursorOf(db.api, 'notes')).toMatchObject({ position: 0 });

    clock.advance(61_000);
    const next = new Notebook((event) => void effects.add(event.entityId));
    expect(await relay.deliver(NOTES, next)).toBe(3);
    expect(next.names).toEqual(['a', 'b', 'c']);
    expect([...effects]).toEqual(['a', 'b', 'c']);
    expect(await cursorOf(db.api, 'notes')).toMatchObject({ position: 3 });
  });

  it('is made by one worker at a time', async () => {
    await logged(['a']);
    const barrier = new Barrier();
    const first = relay.deliver(NOTES, new Notebook(() => barrier.pass()));
    await barrier.reached;
    const second = new Notebook();
    expect(await relay.deliver(NOTES, second)).toBe(0);
    expect(second.seen).toEqual([]);
    barrier.release();
    expect(await first).toBe(1);
  });

  it('of a worker frozen past its lease moves nothing and gives nobody the rest', async () => {
    await logged(['a', 'b', 'c', 'd']);
    const barrier = new Barrier();
    const frozen = new Notebook((event) => (event.entityId === 'b' ? barrier.pass() : undefined));
    const sleeping = relay.deliver(NOTES, frozen);
    await barrier.reached;

    clock.advance(61_000);
    await relay.deliver(NOTES, new Notebook());
    expect(await cursorOf(db.api, 'notes')).toMatchObject({ position: 4 });
    await logged(['e']);
    const failing = new Notebook(() => Promise.reject(new Error('not now')));
    await relay.deliver(NOTES, failing);
    const before = await cursorOf(db.api, 'notes');

    barrier.release();
    await sleeping;
    expect(frozen.names).toEqual(['a', 'b']);
    expect(await cursorOf(db.api, 'notes')).toEqual(before);
    expect(before).toMatchObject({ position: 4, failures: 1, lastError: 'not now' });
  });

  it('whose failure comes after the lease has passed on counts no failure', async () => {
    await logged(['a']);
    const barrier = new Barrier();
    const sleeping = relay.deliver(
      NOTES,
      new Notebook(async () => {
        await barrier.pass();
        throw new Error('woken up too late');
      }),
    );
    await barrier.reached;
    clock.advance(61_000);
    await relay.deliver(NOTES, new Notebook());
    barrier.release();
    await sleeping;
    expect(await cursorOf(db.api, 'notes')).toMatchObject({ position: 1, failures: 0, lastError: null });
  });

  it('of a batch that takes longer than a lease keeps the lease and what it has delivered', async () => {
    await logged(['a', 'b', 'c', 'd', 'e', 'f']);
    const other = new EventRelay(db.dialling, clock, ids);
    const rival = new Notebook();
    const slow = new Notebook(async () => {
      clock.advance(25_000);
      await other.deliver(NOTES, rival);
    });
    expect(await relay.deliver(NOTES, slow)).toBe(6);
    expect(rival.names).toEqual([]);
    expect(await cursorOf(db.api, 'notes')).toMatchObject({ position: 6 });
  });
});

describe('a reaction that fails', () => {
  const refusing = (name: string) =>
    new Notebook((event) => {
      if (event.entityId === name) throw new Error(`${name} is poison`);
    });

  it('is tried again after 500 ms, then twice as long each time, and nothing overtakes it', async () => {
    await logged(['a', 'b', 'c']);
    const subscriber = refusing('b');
    const pauses: number[] = [];
    for (let failures = 1; failures < 8; failures++) {
      await relay.deliver(NOTES, subscriber);
      const cursor = await cursorOf(db.api, 'notes');
      expect(cursor).toMatchObject({ position: 1, failures, lastError: 'b is poison' });
      const pause = cursor.retryAt!.getTime() - (await clock.now()).getTime();
      pauses.push(pause);
      clock.advance(pause - 1);
      expect(await relay.deliver(NOTES, subscriber)).toBe(0);
      expect(await cursorOf(db.api, 'notes')).toMatchObject({ failures });
      clock.advance(1);
    }
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000]);
    expect(subscriber.names).toEqual(['a']);
  });

  it('is parked with its error at the eighth failure; the next event goes on, other subscribers never waited', async () => {
    await logged(['a', 'b', 'c']);
    const subscriber = refusing('b');
    for (let failure = 1; failure <= 8; failure++) {
      await relay.deliver(NOTES, subscriber);
      clock.advance(60_000);
    }
    const other = new Notebook();
    await relay.deliver(subscription('others'), other);
    expect(other.names).toEqual(['a', 'b', 'c']);

    await relay.deliver(NOTES, subscriber);
    expect(subscriber.names).toEqual(['a', 'c']);
    expect(await cursorOf(db.api, 'notes')).toMatchObject({ position: 3, failures: 0 });
    expect(
      await db.api.rows(`SELECT subscriber, position::int AS position, type, error FROM parked_events`),
    ).toEqual([{ subscriber: 'notes', position: 2, type: 'import.noted.v1', error: 'b is poison' }]);
  });

  it('waits from the moment of its failure, not from the start of the batch', async () => {
    await logged(['a', 'b']);
    const subscriber = new Notebook((event) => {
      clock.advance(10_000);
      if (event.entityId === 'b') throw new Error('late');
    });
    await relay.deliver(NOTES, subscriber);
    const { retryAt } = await cursorOf(db.api, 'notes');
    expect(retryAt!.getTime() - (await clock.now()).getTime()).toBe(500);
  });
});

describe('a subscriber of rare events', () => {
  it('finds its events far ahead without reading the whole log in one statement', async () => {
    await noteMany(db.dialling, 25_000, Passed);
    await db.dialling.transaction((tx) => note(tx, { entityId: 'rare' }));
    while ((await sequencer.sequence()) > 0);
    const largest = { scanned: 0 };
    const counting = new EventRelay(countingScans(db, largest), clock, ids);
    const subscriber = new Notebook();
    await counting.deliver(NOTES, subscriber);
    expect(subscriber.names).toEqual(['rare']);
    expect(largest.scanned).toBeGreaterThan(0);
    expect(largest.scanned).toBeLessThanOrEqual(10_000);
    expect(await cursorOf(db.api, 'notes')).toMatchObject({ position: 25_001 });
  });
});

/** The database of a process that dies when it is about to move a cursor. */
function failingAtTheCursor({ dialling }: TestDatabase): TestDatabase['dialling'] {
  return overRows(dialling, (sql) => {
    if (/UPDATE subscriber_cursors\s+SET (position|lease_until)/.test(sql))
      throw new Error('the process is gone');
  });
}

/** Notes how many rows of the log the reading of a batch went through, as PostgreSQL counts them. */
function countingScans({ dialling }: TestDatabase, largest: { scanned: number }): TestDatabase['dialling'] {
  return overRows(dialling, async (sql, parameters) => {
    if (!/FROM domain_events/.test(sql)) return;
    const plan = await dialling.rows<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
      parameters,
    );
    largest.scanned = Math.max(largest.scanned, rowsOf(plan[0]!['QUERY PLAN'][0].Plan));
  });
}

interface PlanNode {
  'Actual Rows': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

function rowsOf(node: PlanNode): number {
  const inner = (node.Plans ?? []).map(rowsOf);
  return Math.max(node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0), ...inner);
}

function overRows(
  database: TestDatabase['dialling'],
  before: (sql: string, parameters: unknown[]) => Promise<void> | void,
): TestDatabase['dialling'] {
  return new Proxy(database, {
    get: (target, name) =>
      name === 'rows'
        ? async (sql: string, parameters: unknown[] = []) => {
            await before(sql, parameters);
            return target.rows(sql, parameters);
          }
        : Reflect.get(target, name, target),
  });
}
