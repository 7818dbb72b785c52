import type { CommandBus } from '@nestjs/cqrs';
import { SchedulerRegistry } from '@nestjs/schedule';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CampaignRows } from '../../src/campaign/campaign-rows.js';
import { type ImportView, readImportView } from '../../src/contact/rows/import.queries.js';
import { ContactRows } from '../../src/contact/rows/contact-rows.js';
import { SuppressionRows } from '../../src/contact/rows/suppression-rows.js';
import { ContactBatch } from '../../src/contact/run-imports/contact-batch.js';
import { ImportRunner } from '../../src/contact/run-imports/import-runner.js';
import { SuppressionBatch } from '../../src/contact/run-imports/suppression-batch.js';
import { StartImportCommand } from '../../src/contact/start-import/start-import.command.js';
import { StartImportHandler } from '../../src/contact/start-import/start-import.handler.js';
import { Clock } from '../../src/shared/clock/clock.js';
import { CallAttemptRows } from '../../src/telephony/rows/call-attempt-rows.js';
import type { Tx } from '../../src/shared/db/tx.js';
import { Ticker } from '../../src/shared/ticking/ticker.js';
import { SequentialIds } from '../support/sequential-ids.js';
import { TestClock } from '../support/test-clock.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { eventsOf, insertCampaign, setCampaignStatus } from './campaign-rows.js';

const ids = new SequentialIds();
const clock = new TestClock('2026-11-22T09:00:00Z');
const campaigns = new CampaignRows();
const never = new AbortController().signal;
let db: TestDatabase;

beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

/** A clock whose reading in a transaction can be made to wait or to fail: a worker that freezes or dies there. */
class FragileClock extends Clock {
  private readings = 0;

  constructor(private readonly before: (reading: number) => Promise<void>) {
    super();
  }

  override async now(tx?: Tx): Promise<Date> {
    if (tx) await this.before(++this.readings);
    return clock.now();
  }
}

function worker(ofWorker: Clock = clock): ImportRunner {
  const suppressions = new SuppressionRows(ids, new CallAttemptRows(new ContactRows(ids)));
  return new ImportRunner(
    db.api,
    ofWorker,
    ids,
    new ContactBatch(ofWorker, ids, campaigns, suppressions),
    new SuppressionBatch(ofWorker, suppressions),
    {} as CommandBus,
  );
}

async function upload(campaignId: string, text: string, dryRun = false): Promise<ImportView> {
  const handler = new StartImportHandler(db.api, clock, ids, campaigns, new Ticker(new SchedulerRegistry()));
  const content = (async function* () {
    for (let from = 0; from < text.length; from += 1_000) yield Buffer.from(text.slice(from, from + 1_000));
  })();
  return handler.execute(
    new StartImportCommand({ name: 'people.csv', content }, dryRun, { kind: 'contacts', campaignId }),
  );
}

/** 3,500 records in four batches: one bad line and one repeated number in each thousand. */
function people(): string {
  const rows = Array.from({ length: 3_500 }, (_, i) =>
    i % 1_000 === 500 ? 'nobody' : `+39333${String(5_000_000 + (i % 1_000 === 600 ? i - 1 : i))}`,
  );
  return ['phone', ...rows].join('\n');
}

const WHOLE = { status: 'completed', total: 3_500, accepted: 3_494, rejected: 3, duplicates: 3 };

async function stored(campaignId: string): Promise<number> {
  const row = await db.api.row<{ count: string }>(`SELECT count(*) FROM contacts WHERE campaign_id = $1`, [
    campaignId,
  ]);
  return Number(row!.count);
}

it('goes on after the last committed batch when a worker dies in the middle', async () => {
  const campaignId = await insertCampaign(db.api, ids);
  const { id } = await upload(campaignId, people());
  // Two readings per batch: the third batch dies after its contacts went in, before it is counted.
  const dying = worker(
    new FragileClock((reading) => (reading === 6 ? Promise.reject(new Error('died')) : Promise.resolve())),
  );
  await expect(dying.runNext(never)).rejects.toThrow('died');
  expect(await readImportView(db.api, id)).toMatchObject({ status: 'running', total: 2_000 });
  expect(await stored(campaignId)).toBe(1_996);
  expect(await worker().runNext(never)).toBe(false);
  clock.advance(31_000);
  expect(await worker().runNext(never)).toBe(true);
  const view = await readImportView(db.api, id);
  expect(view).toMatchObject(WHOLE);
  expect(view!.errors.map(({ line }) => line)).toEqual([502, 1_502, 2_502]);
  expect(await stored(campaignId)).toBe(view!.accepted);
  expect(await eventsOf(db.api, id)).toEqual(['import.finished.v1#1']);
});

it('counts nothing twice when a frozen worker wakes up after another has taken over', async () => {
  const campaignId = await insertCampaign(db.api, ids);
  const { id } = await upload(campaignId, people());
  let thaw = (): void => undefined;
  const frozen = new Promise<void>((resolve) => (thaw = resolve));
  let reached = (): void => undefined;
  const freezing = new Promise<void>((resolve) => (reached = resolve));
  const sleeper = worker(
    new FragileClock(async (reading) => {
      if (reading !== 3) return;
      reached();
      await frozen;
    }),
  );
  const sleeping = sleeper.runNext(never);
  await freezing;
  clock.advance(31_000);
  expect(await worker().runNext(never)).toBe(true);
  thaw();
  expect(await sleeping).toBe(true);
  const view = await readImportView(db.api, id);
  expect(view!.status).toBe('completed');
  expect(await stored(campaignId)).toBe(view!.accepted);
  expect(view!.total).toBe(3_500);
  expect(await eventsOf(db.api, id)).toEqual(['import.finished.v1#1']);
});

it('stops between two batches at shutdown and leaves the rest to the next worker at once', async () => {
  const campaignId = await insertCampaign(db.api, ids);
  const { id } = await upload(campaignId, people());
  const stop = new AbortController();
  const stopping = worker(
    new FragileClock(async (reading) => {
      if (reading === 2) stop.abort();
    }),
  );
  await stopping.runNext(stop.signal);
  expect(await readImportView(db.api, id)).toMatchObject({ status: 'running', total: 1_000 });
  expect(await worker().runNext(never)).toBe(true);
  expect(await readImportView(db.api, id)).toMatchObject({ status: 'completed', total: 3_500 });
  expect(await stored(campaignId)).toBe((await readImportView(db.api, id))!.accepted);
});

it('begins a dry run again, so that its duplicates are counted right', async () => {
  const campaignId = await insertCampaign(db.api, ids);
  const { id } = await upload(campaignId, people(), true);
  const dying = worker(
    new FragileClock((reading) => (reading === 2 ? Promise.reject(new Error('died')) : Promise.resolve())),
  );
  await expect(dying.runNext(never)).rejects.toThrow('died');
  clock.advance(31_000);
  await worker().runNext(never);
  const view = (await readImportView(db.api, id))!;
  expect(view).toMatchObject({ status: 'completed', total: 3_500, duplicates: 3, rejected: 3 });
  expect(view.errors).toHaveLength(3);
  expect(await stored(campaignId)).toBe(0);
});

it('fails with its reason when the campaign is completed in the middle, and keeps what was stored', async () => {
  const campaignId = await insertCampaign(db.api, ids);
  const { id } = await upload(campaignId, people());
  const completing = worker(
    new FragileClock(async (reading) => {
      // The first batch holds the campaign: it is completed right after that batch.
      if (reading === 2) void setCampaignStatus(db.api, campaignId, 'completed');
    }),
  );
  await completing.runNext(never);
  expect(await readImportView(db.api, id)).toMatchObject({
    status: 'failed',
    total: 1_000,
    accepted: 998,
    failure: expect.stringContaining('completed'),
  });
  expect(await stored(campaignId)).toBe(998);
  expect(await eventsOf(db.api, id)).toEqual(['import.failed.v1#1']);
  expect(await db.api.rows(`SELECT 1 FROM import_chunks WHERE import_id = $1`, [id])).toEqual([]);
});

it.each([
  ['whose connection is lost', 1, 'connection lost'],
  ['that turns out to be too large', 65, 'at most 64 MB'],
])('forgets an upload %s', async (_what, megabytes, reason) => {
  const campaignId = await insertCampaign(db.api, ids);
  const handler = new StartImportHandler(db.api, clock, ids, campaigns, new Ticker(new SchedulerRegistry()));
  const content = (async function* () {
    for (let i = 0; i < megabytes; i++) yield Buffer.alloc(1024 * 1024, 'phone\n');
    throw new Error('connection lost');
  })();
  const command = new StartImportCommand({ name: null, content }, false, { kind: 'contacts', campaignId });
  await expect(handler.execute(command)).rejects.toThrow(reason);
  expect(await db.api.rows(`SELECT 1 FROM imports WHERE campaign_id = $1`, [campaignId])).toEqual([]);
});
