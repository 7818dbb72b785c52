import { Global, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OperationsModule } from '../../src/operations/operations.module.js';
import { EventRelay } from '../../src/shared/event-log/event-relay.js';
import type { LoggedEvent } from '../../src/shared/event-log/domain-event.js';
import { Sequencer } from '../../src/shared/event-log/sequencer.js';
import { type EventSubscriber, Subscribes } from '../../src/shared/event-log/subscribes.js';
import { openRoomApp } from '../http/room-app.js';
import { SequentialIds } from '../support/sequential-ids.js';
import { TestClock } from '../support/test-clock.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { AT, Noted, noteAll, Notebook, subscription } from './log-world.js';

let poisoned: Set<string>;
const handled: string[] = [];

@Subscribes({ name: 'notes', events: [Noted] })
class Notes implements EventSubscriber {
  async handle(event: LoggedEvent): Promise<void> {
    if (poisoned.has(event.entityId)) throw new Error(`${event.entityId} of +12025550147 is poison`);
    handled.push(event.entityId);
  }
}

@Global()
@Module({ providers: [Notes] })
class NotesModule {}

interface Reply {
  status: number;
  body: Record<string, unknown> & { items: Record<string, unknown>[]; nextCursor: string | null };
}

let db: TestDatabase;
let app: NestFastifyApplication;
const clock = new TestClock(AT);
const ids = new SequentialIds();

beforeAll(async () => {
  db = await openTestDatabase();
  app = await openRoomApp({ database: db, clock, imports: [NotesModule, OperationsModule] });
});
afterAll(async () => {
  await app.close();
  await db.close();
});
beforeEach(async () => {
  await db.api.transaction(async (tx) => {
    await tx.execute(`TRUNCATE domain_events, subscriber_cursors, parked_events`);
    await tx.execute(`UPDATE event_sequence SET last_position = 0, retained_from_position = 1`);
  });
  poisoned = new Set(['b', 'c']);
  await noteAll(db.dialling, ['a', 'b', 'c', 'd']);
  await new Sequencer(db.dialling).sequence();
  const relay = new EventRelay(db.dialling, clock, ids);
  for (let round = 0; round < 17; round++) {
    await relay.deliver(subscription('notes'), new Notes());
    clock.advance(60_000);
  }
  handled.length = 0;
});

async function send(method: string, path: string, body?: object): Promise<Reply> {
  const response = await fetch(`${await app.getUrl()}/api/v1/operations/parked-events${path}`, {
    method,
    ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
  });
  return { status: response.status, body: (await response.json()) as Reply['body'] };
}
const redeliver = (body: object) => send('POST', '/redeliver', body);

describe('parked events', () => {
  it('are listed with their error and their event, page by page, without phone numbers', async () => {
    const first = await send('GET', '?limit=1');
    expect(first.status).toBe(200);
    expect(first.body.items).toEqual([
      expect.objectContaining({
        subscriber: 'notes',
        position: 2,
        type: 'import.noted.v1',
        error: 'b of +*********47 is poison',
        entityKind: 'import',
        entityId: 'b',
        payload: { note: 'b' },
        occurredAt: AT,
      }),
    ]);
    const second = await send('GET', `?limit=1&cursor=${first.body.nextCursor}`);
    expect(second.body).toMatchObject({ items: [{ position: 3 }], nextCursor: null });
    expect((await send('GET', '?subscriber=nobody')).body.items).toEqual([]);
    expect((await send('GET', '?subscriber=notes')).body.items).toHaveLength(2);
  });

  it('are delivered again, all or one, and are parked no longer when that succeeds', async () => {
    poisoned.clear();
    const one = await redeliver({ subscriber: 'notes', position: 3 });
    expect([one.status, one.body]).toEqual([200, { delivered: [3], failed: [], remaining: 1 }]);
    const all = await redeliver({ subscriber: 'notes' });
    expect(all.body).toEqual({ delivered: [2], failed: [], remaining: 0 });
    expect(handled).toEqual(['c', 'b']);
    expect((await send('GET', '')).body.items).toEqual([]);
  });

  it('that fail again stay parked with the new error and stop no other', async () => {
    poisoned = new Set(['b']);
    const { body } = await redeliver({ subscriber: 'notes' });
    expect(body).toEqual({
      delivered: [3],
      failed: [{ position: 2, error: 'b of +*********47 is poison' }],
      remaining: 1,
    });
    const [left] = (await send('GET', '')).body.items;
    expect(left).toMatchObject({ position: 2, parkedAt: (await clock.now()).toISOString() });
  });

  it('are delivered once more only while they are parked, however often that is asked', async () => {
    poisoned.clear();
    await redeliver({ subscriber: 'notes', position: 2 });
    const again = await redeliver({ subscriber: 'notes', position: 2 });
    expect(again.body).toEqual({ delivered: [], failed: [], remaining: 1 });
    expect((await redeliver({ subscriber: 'notes', position: 1 })).body).toMatchObject({ delivered: [] });
    expect(handled).toEqual(['b']);
  });

  it('of one subscriber do not touch those of another', async () => {
    await db.api.rows(
      `INSERT INTO parked_events (subscriber, position, type, error, parked_at)
       VALUES ('others', 2, 'import.noted.v1', 'x', $1) RETURNING 1`,
      [AT],
    );
    poisoned.clear();
    await redeliver({ subscriber: 'notes' });
    expect((await send('GET', '')).body.items).toMatchObject([{ subscriber: 'others', position: 2 }]);
  });

  it('come to their subscriber though it goes on with younger events meanwhile', async () => {
    poisoned.clear();
    await noteAll(db.dialling, ['e']);
    await new Sequencer(db.dialling).sequence();
    const relay = new EventRelay(db.dialling, clock, ids);
    const live = new Notebook(async () => {
      expect((await redeliver({ subscriber: 'notes' })).body).toMatchObject({ delivered: [2, 3] });
    });
    expect(await relay.deliver(subscription('notes'), live)).toBe(1);
    expect(live.names).toEqual(['e']);
  });

  it.each([
    ['a subscriber nobody has', { subscriber: 'nobody' }, 404, 'subscriber_not_found'],
    ['no subscriber', {}, 400, 'validation_failed'],
    ['a position that is none', { subscriber: 'notes', position: 0 }, 400, 'validation_failed'],
    ['a field that is none', { subscriber: 'notes', all: true }, 400, 'validation_failed'],
  ])('are not delivered again for %s', async (_, body, status, code) => {
    expect(await redeliver(body)).toMatchObject({ status, body: { code } });
    expect(handled).toEqual([]);
  });
});
