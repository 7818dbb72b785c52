import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MetricsQueries } from '../../src/operations/metrics/metrics.queries.js';
import { rowGauges } from '../../src/operations/metrics/row-gauges.js';
import { DatabaseClock } from '../../src/shared/clock/clock.js';
import { EventRelay } from '../../src/shared/event-log/event-relay.js';
import { EventRetention } from '../../src/shared/event-log/event-retention.js';
import { Sequencer } from '../../src/shared/event-log/sequencer.js';
import { SequentialIds } from '../support/sequential-ids.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { noteAll, Notebook, noteMany, Passed, subscription } from './log-world.js';

const ids = new SequentialIds();
let db: TestDatabase;
let sequencer: Sequencer;
let relay: EventRelay;

beforeAll(async () => {
  db = await openTestDatabase();
  sequencer = new Sequencer(db.dialling);
  relay = new EventRelay(db.dialling, new DatabaseClock(db.dialling), ids);
});
afterAll(() => db.close());

/** What a scrape of the database's figures shows: `name{label="x"}` → value. */
async function scrape(): Promise<Record<string, number>> {
  const text = await rowGauges(await new MetricsQueries(db.api).figures()).metrics();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
}

const ago = (ms: number) => new Date(Date.now() - ms);

describe('the lag that the metrics show', () => {
  it('is that of every cursor, in events and in seconds, whether or not somebody still delivers to it', async () => {
    await noteAll(db.dialling, ['a', 'b'], { at: ago(90_000) });
    await sequencer.sequence();
    await relay.deliver(subscription('outcome-metrics'), new Notebook());
    await relay.deliver(subscription('live-line'), new Notebook());
    expect(await scrape()).toMatchObject({
      'vsa_subscriber_lag_events{subscriber="live-line"}': 0,
      'vsa_subscriber_lag_seconds{subscriber="live-line"}': 0,
    });
    await noteAll(db.dialling, ['c'], { at: ago(60_000) });
    await noteAll(db.dialling, ['d'], { at: ago(30_000) });
    await sequencer.sequence();
    await relay.deliver(subscription('outcome-metrics'), new Notebook());
    const samples = await scrape();
    expect(samples).toMatchObject({
      'vsa_subscriber_lag_events{subscriber="live-line"}': 2,
      'vsa_subscriber_lag_events{subscriber="outcome-metrics"}': 0,
      'vsa_subscriber_lag_seconds{subscriber="outcome-metrics"}': 0,
    });
    const seconds = samples['vsa_subscriber_lag_seconds{subscriber="live-line"}']!;
    expect(seconds).toBeGreaterThanOrEqual(59);
    expect(seconds).toBeLessThan(90);
  });

  it('is none for a subscriber of rare events that has passed everything else', async () => {
    await noteAll(db.dialling, ['e'], { at: ago(45_000) });
    await sequencer.sequence();
    expect(await relay.deliver(subscription('rare', Passed), new Notebook())).toBe(0);
    expect(await scrape()).toMatchObject({
      'vsa_subscriber_lag_events{subscriber="rare"}': 0,
      'vsa_subscriber_lag_seconds{subscriber="rare"}': 0,
    });
  });

  it('is also that of the sequencer: events that no subscriber can see yet', async () => {
    await noteMany(db.dialling, 3, Passed, ago(120_000).toISOString());
    const samples = await scrape();
    expect(samples['vsa_events_unsequenced']).toBe(3);
    expect(samples['vsa_oldest_unsequenced_event_seconds']).toBeGreaterThanOrEqual(119);
    expect(samples['vsa_subscriber_lag_events{subscriber="rare"}']).toBe(0);
    await sequencer.sequence();
    expect(await scrape()).toMatchObject({
      vsa_events_unsequenced: 0,
      vsa_oldest_unsequenced_event_seconds: 0,
      'vsa_subscriber_lag_events{subscriber="rare"}': 3,
    });
  });

  it('comes with the age of the oldest event kept, which a purge brings down', async () => {
    await noteMany(db.dialling, 1, Passed, ago(0).toISOString());
    await db.api.rows(
      `UPDATE domain_events SET occurred_at = now() - interval '50 days' WHERE position = 1 RETURNING 1`,
    );
    expect((await scrape())['vsa_oldest_event_seconds']).toBeGreaterThan(49 * 86_400);
    await new EventRetention(db.dialling, new DatabaseClock(db.dialling), ids, 30).purge();
    expect((await scrape())['vsa_oldest_event_seconds']).toBeLessThan(86_400);
  });
});
