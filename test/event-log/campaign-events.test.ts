import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { CampaignCreated, CampaignPaused, CampaignResumed } from '../../src/campaign/contracts/events.js';
import { ContactEdited, ContactSettled, NumberSuppressed } from '../../src/contact/contracts/events.js';
import type {
  CampaignEventDto,
  CampaignEventsDto,
} from '../../src/results/campaign-events/campaign-events.dto.js';
import { ResultsModule } from '../../src/results/results.module.js';
import { appendEvents } from '../../src/shared/event-log/append-events.js';
import type { DomainEvent } from '../../src/shared/event-log/domain-event.js';
import { EventRetention } from '../../src/shared/event-log/event-retention.js';
import { Sequencer } from '../../src/shared/event-log/sequencer.js';
import { CallProgressed } from '../../src/telephony/contracts/events.js';
import { openRoomApp } from '../http/room-app.js';
import { ResultRows } from '../results/result-rows.js';
import { SequentialIds } from '../support/sequential-ids.js';
import { TestClock } from '../support/test-clock.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { Barrier } from './log-world.js';

const START = Date.parse('2026-11-22T08:00:00Z');
const UNKNOWN = '00000000-0000-4000-8000-ffffffffffff';
const ids = new SequentialIds();
const clock = new TestClock('2026-11-22T08:00:00Z');
let db: TestDatabase;
let app: NestFastifyApplication;
let sequencer: Sequencer;
let campaignId: string;
let contactId: string;
/** A campaign and a contact to whom nothing has happened yet. */
let youngId: string;
let quietId: string;
let rows: number;

beforeAll(async () => {
  db = await openTestDatabase();
  app = await openRoomApp({ database: db, clock, imports: [ResultsModule] });
  sequencer = new Sequencer(db.dialling);
});
afterAll(async () => {
  await app.close();
  await db.close();
});
beforeEach(async () => {
  await db.api.transaction(async (tx) => {
    await tx.execute(`TRUNCATE domain_events, campaigns CASCADE`);
    await tx.execute(`UPDATE event_sequence SET last_position = 0, retained_from_position = 1`);
    const made = new ResultRows(tx);
    campaignId = await made.campaign('running');
    contactId = await made.contact(campaignId, { state: 'not_reached' });
    youngId = await made.campaign('running');
    quietId = await made.contact(campaignId, { state: 'pending' });
    await tx.execute(`UPDATE contacts SET version = 1 WHERE id = $1`, [contactId]);
  });
  rows = 0;
  await append(CampaignCreated.of(source(1), { name: 'Acme', clonedFrom: null }));
});

/** The next event, one second after the one before. */
function source(version: number, entityId = campaignId) {
  return { entityId, version, campaignId, at: new Date(START + 1_000 * rows++) };
}

function append(...events: DomainEvent<object>[]): Promise<void> {
  return db.webhooks.transaction((tx) => appendEvents(tx, events));
}

/** `count` events of calls, a second apart, that nobody waits for. */
async function appendCalls(count: number): Promise<void> {
  await db.webhooks.transaction(
    (tx) =>
      tx.execute(
        `INSERT INTO domain_events (type, entity_kind, entity_id, entity_version, campaign_id, payload, occurred_at)
       SELECT $2, 'call', gen_random_uuid()::text, 1, $3, '{}', $4::timestamptz + n * interval '1 second'
         FROM generate_series(1, $1) AS n`,
        [count, CallProgressed.type, campaignId, new Date(START)],
      ),
    { limits: { statementMs: 30_000, transactionMs: 30_000 } },
  );
  rows += count;
}

async function get(path: string): Promise<{ status: number; body: CampaignEventsDto & { code?: string } }> {
  const response = await fetch(`${await app.getUrl()}/api/v1${path}`);
  return { status: response.status, body: (await response.json()) as CampaignEventsDto & { code?: string } };
}

async function events(query: Record<string, string> = {}): Promise<CampaignEventsDto> {
  const { status, body } = await get(
    `/campaigns/${campaignId}/events?${new URLSearchParams(query).toString()}`,
  );
  expect([status, body.code]).toEqual([200, undefined]);
  return body;
}

/** Pages from a cursor on until there is nothing more now. */
async function rest(
  query: Record<string, string>,
): Promise<{ items: CampaignEventDto[]; cursor?: string; pages: number }> {
  const items: CampaignEventDto[] = [];
  let { cursor } = query;
  for (let pages = 1; ; pages++) {
    const page = await events({ ...query, ...(cursor === undefined ? {} : { cursor }) });
    items.push(...page.items);
    if (page.nextCursor === null) return { items, pages, ...(cursor === undefined ? {} : { cursor }) };
    cursor = page.nextCursor;
  }
}

describe('the events of a campaign', () => {
  it('come in the order of the log with everything but phone numbers', async () => {
    const attemptId = ids.next();
    await append(
      ContactSettled.of(
        { ...source(1, contactId), attemptId },
        { from: 'in_progress', state: 'not_reached', disposition: 'busy', nextAttemptAt: null },
      ),
      NumberSuppressed.of(
        { ...source(1, ids.next()), contactId },
        { source: 'operator', reason: 'wrote from +12025550147' },
      ),
    );
    await sequencer.sequence();
    const page = await events();
    expect(page.items).toEqual([
      expect.objectContaining({
        position: 1,
        type: 'campaign.created.v1',
        entityKind: 'campaign',
        entityId: campaignId,
      }),
      {
        position: 2,
        id: expect.stringMatching(/^[0-9]+$/) as string,
        type: 'contact.settled.v1',
        entityKind: 'contact',
        entityId: contactId,
        entityVersion: 1,
        contactId,
        attemptId,
        payload: { from: 'in_progress', state: 'not_reached', disposition: 'busy', nextAttemptAt: null },
        occurredAt: '2026-11-22T08:00:01.000Z',
      },
      expect.objectContaining({
        position: 3,
        payload: { source: 'operator', reason: 'wrote from +*********47' },
      }),
    ]);
    expect(page.truncated).toBe(false);
  });

  it('can be polled with the last cursor for ever', async () => {
    await sequencer.sequence();
    const first = await rest({});
    expect(first.items.map(({ type }) => type)).toEqual(['campaign.created.v1']);
    expect(await events({ cursor: first.cursor! })).toMatchObject({ items: [], nextCursor: null });
    await append(CampaignPaused.of(source(2), { hangUp: false }));
    expect((await events({ cursor: first.cursor! })).items).toEqual([]);
    await sequencer.sequence();
    const second = await rest({ cursor: first.cursor! });
    expect(second.items.map(({ type }) => type)).toEqual(['campaign.paused.v1']);
  });

  it('are missed by no poller, however late a transaction commits', async () => {
    const barrier = new Barrier();
    const late = db.webhooks.transaction(async (tx) => {
      await appendEvents(tx, [ContactEdited.of(source(1, contactId), { fields: ['name'] })]);
      await barrier.pass();
    });
    await barrier.reached;
    await append(CampaignPaused.of(source(2), { hangUp: false }));
    await sequencer.sequence();
    const before = await rest({ limit: '1' });
    expect(before.items.map(({ type }) => type)).toEqual(['campaign.created.v1', 'campaign.paused.v1']);
    barrier.release();
    await late;
    await sequencer.sequence();
    const after = await rest({ cursor: before.cursor! });
    expect(after.items.map(({ type }) => type)).toEqual(['contact.edited.v1']);
    expect(Number(after.items[0]!.id)).toBeLessThan(Number(before.items.at(-1)!.id));
  });

  it('are filtered by type, and a rare type is found behind thousands of others by going on', async () => {
    await appendCalls(6_000);
    await append(CampaignPaused.of(source(2), { hangUp: false }), CampaignResumed.of(source(3), {}));
    while ((await sequencer.sequence()) > 0);
    const { items, pages } = await rest({ type: 'campaign.paused.v1,campaign.resumed.v1', limit: '500' });
    expect(items.map(({ type }) => type)).toEqual(['campaign.paused.v1', 'campaign.resumed.v1']);
    expect(pages).toBe(3);
  });

  it('are found since an instant without going through what was before', async () => {
    await appendCalls(20_000);
    while ((await sequencer.sequence()) > 0);
    const since = new Date(START + 19_900_000).toISOString();
    const spied = vi.spyOn(db.api, 'rows');
    const { items } = await rest({ since, limit: '500' });
    expect(items).toHaveLength(101);
    expect(items[0]!.occurredAt).toBe(since);
    expect(spied.mock.calls.length).toBeLessThan(20);
  });

  it('since an instant include one that stands before an older one, which was committed late', async () => {
    const at = (second: number) => new Date(START + second * 1_000);
    const paused = (version: number, second: number) =>
      CampaignPaused.of({ ...source(version), at: at(second) }, { hangUp: false });
    await appendCalls(49);
    // The late one stands in the middle of the log, where the halving of the search looks first.
    await append(paused(2, 230), paused(3, 200));
    await append(...Array.from({ length: 50 }, (_, index) => paused(4 + index, 231)));
    await sequencer.sequence();
    const seen = async (second: number) =>
      (await rest({ since: at(second).toISOString() })).items.map(({ entityVersion }) => entityVersion);
    const later = Array.from({ length: 50 }, (_, index) => 4 + index);
    expect(await seen(200)).toEqual([2, 3, ...later]);
    expect(await seen(201)).toEqual([2, ...later]);
    expect(await seen(231)).toEqual(later);
    expect(await seen(232)).toEqual([]);
  });

  it('say truly whether retention has taken some', async () => {
    await sequencer.sequence();
    const { nextCursor } = await events();
    const early = nextCursor!;
    const retention = new EventRetention(db.dialling, new TestClock('2026-12-25T00:00:00Z'), ids, 30);
    await append(
      CampaignPaused.of({ ...source(2), at: new Date('2026-11-24T00:00:00Z') }, { hangUp: false }),
    );
    await append(CampaignResumed.of({ ...source(3), at: new Date('2026-12-24T00:00:00Z') }, {}));
    await sequencer.sequence();
    expect((await events({ cursor: early })).truncated).toBe(false);
    expect((await retention.purge()).deleted).toBe(2);

    expect(await events()).toMatchObject({ truncated: true, items: [{ type: 'campaign.resumed.v1' }] });
    const page = await events({ cursor: early });
    expect(page).toMatchObject({ truncated: true, items: [{ type: 'campaign.resumed.v1' }] });
    expect((await events({ cursor: page.nextCursor! })).truncated).toBe(false);

    campaignId = youngId;
    await append(
      CampaignCreated.of(
        { ...source(1), at: new Date('2026-12-24T00:00:00Z') },
        { name: 'B', clonedFrom: null },
      ),
    );
    await sequencer.sequence();
    expect(await events()).toMatchObject({ truncated: false, items: [{ type: 'campaign.created.v1' }] });
  });

  it('are read by the index of the campaign', async () => {
    await appendCalls(3_000);
    await sequencer.sequence();
    await db.api.rows('ANALYZE domain_events');
    const plans: string[] = [];
    const read = db.api.rows.bind(db.api);
    vi.spyOn(db.api, 'rows').mockImplementation(async (sql: string, parameters: unknown[] = []) => {
      if (/domain_events/.test(sql)) plans.push(JSON.stringify(await read(`EXPLAIN ${sql}`, parameters)));
      return read(sql, parameters) as never;
    });
    const since = new Date(START + 2_000_000).toISOString();
    await events({ since, type: 'campaign.paused.v1' });
    expect(plans.length).toBeGreaterThanOrEqual(4);
    for (const plan of plans) expect(plan).not.toContain('Seq Scan on domain_events');
  });

  it.each([
    ['an unknown campaign', `/campaigns/${UNKNOWN}/events`, 404, 'campaign_not_found'],
    ['a name that is no id', `/campaigns/nothing/events`, 404, 'not_found'],
    ['a foreign cursor', `/campaigns/${UNKNOWN}/events?cursor=x`, 400, 'invalid_cursor'],
    ['a type that is none', `/campaigns/${UNKNOWN}/events?type=calls`, 400, 'validation_failed'],
    ['a day that is no instant', `/campaigns/${UNKNOWN}/events?since=2026-11-22`, 400, 'validation_failed'],
    [
      'an instant that never was',
      `/campaigns/${UNKNOWN}/events?since=2026-13-22T08:00:00Z`,
      400,
      'validation_failed',
    ],
    ['a limit beyond the largest', `/campaigns/${UNKNOWN}/events?limit=501`, 400, 'validation_failed'],
  ])('are refused for %s', async (_, path, status, code) => {
    expect(await get(path)).toMatchObject({ status, body: { code } });
  });
});

describe('the timeline of a contact', () => {
  async function timeline(query: Record<string, string>) {
    return (await get(`/contacts/${contactId}/timeline?${new URLSearchParams(query).toString()}`))
      .body as unknown as CampaignEventsDto;
  }
  const settled = (version: number, at: Date) =>
    ContactSettled.of(
      { entityId: contactId, version, at, campaignId },
      { from: 'in_progress', state: 'not_reached', disposition: 'busy', nextAttemptAt: null },
    );

  it('is complete for who pages through it, though an event commits after a younger one was read', async () => {
    const barrier = new Barrier();
    const late = db.webhooks.transaction(async (tx) => {
      await appendEvents(tx, [
        NumberSuppressed.of({ ...source(1, ids.next()), contactId }, { source: 'opt_out', reason: 'key 9' }),
      ]);
      await barrier.pass();
    });
    await barrier.reached;
    await append(settled(1, new Date(START)), settled(2, new Date(START)));
    await sequencer.sequence();
    const first = await timeline({ limit: '1' });
    barrier.release();
    await late;
    await sequencer.sequence();
    const second = await timeline({ limit: '10', cursor: first.nextCursor! });
    expect([...first.items, ...second.items].map(({ type }) => type)).toEqual([
      'contact.settled.v1',
      'contact.settled.v1',
      'suppression.added.v1',
    ]);
  });

  it('says truly whether retention has taken some', async () => {
    await append(settled(1, new Date('2026-11-22T00:00:00Z')));
    await append(settled(2, new Date('2026-12-24T00:00:00Z')));
    await sequencer.sequence();
    expect(await timeline({})).toMatchObject({ truncated: false, items: [{}, {}] });
    const purge = new EventRetention(db.dialling, new TestClock('2026-12-25T00:00:00Z'), ids, 30);
    await purge.purge();
    expect(await timeline({})).toMatchObject({ truncated: true, items: [{ type: 'contact.settled.v1' }] });

    contactId = quietId;
    expect(await timeline({})).toEqual({ items: [], nextCursor: null, truncated: false });
  });
});
