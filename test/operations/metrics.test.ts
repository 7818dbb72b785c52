import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessModule } from '../../src/access/access.module.js';
import { Metrics } from '../../src/operations/contracts/metrics.js';
import { OperationsModule } from '../../src/operations/operations.module.js';
import { appendEvents } from '../../src/shared/event-log/append-events.js';
import { CallCorrected, CallEnded } from '../../src/telephony/contracts/events.js';
import type { CallOutcome } from '../../src/telephony/contracts/call-attempt.js';
import type { LoggedEvent } from '../../src/shared/event-log/domain-event.js';
import { OutcomeMetricsSubscriber } from '../../src/results/outcome-totals/outcome-metrics.subscriber.js';
import { openRoomApp } from '../http/room-app.js';
import { SequentialIds } from '../support/sequential-ids.js';
import { TestClock } from '../support/test-clock.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';

/** The process id is part of every worker's name. */
const WORKER = `w1:${process.pid}`;

let database: TestDatabase;
let app: NestFastifyApplication;
const ids = new SequentialIds();
const clock = new TestClock('2026-11-22T03:00:00Z');
const campaignId = ids.next();

beforeAll(async () => {
  database = await openTestDatabase();
  app = await openRoomApp({
    database,
    clock,
    imports: [AccessModule, OperationsModule],
    environment: { WORKER_NAME: 'w1' },
  });
  await database.api.rows(
    `INSERT INTO campaigns (id, name, language, policy, created_at) VALUES ($1, 'c', 'en-US', '{}', $2) RETURNING id`,
    [campaignId, await clock.now()],
  );
});
afterAll(async () => {
  await app.close();
  await database.close();
});

/** The samples of one scrape: `name{label="x"}` → value. */
async function scrape(): Promise<Record<string, number>> {
  const response = await fetch(`${await app.getUrl()}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
}

async function contact(number: string, isTest = false): Promise<string> {
  const id = ids.next();
  await database.api.rows(
    `INSERT INTO contacts (id, campaign_id, phone_number, next_attempt_at, created_at, is_test)
     VALUES ($1, $2, $3, $4, $4, $5) RETURNING id`,
    [id, campaignId, number, await clock.now(), isTest],
  );
  return id;
}

describe('/metrics', () => {
  it('counts what the rooms tell it, and offers every result at zero from the start', async () => {
    const before = await scrape();
    expect(before[`vsa_claims_total{worker="${WORKER}"}`]).toBe(0);
    expect(before[`vsa_webhooks_total{result="invalid_signature",worker="${WORKER}"}`]).toBe(0);
    const metrics = app.get(Metrics);
    metrics.claimed(3);
    metrics.turn(0.2);
    metrics.webhook('stored');
    const after = await scrape();
    expect(after[`vsa_claims_total{worker="${WORKER}"}`]).toBe(3);
    expect(after[`vsa_turn_seconds_count{worker="${WORKER}"}`]).toBe(1);
    expect(after[`vsa_turn_seconds_bucket{le="0.1",worker="${WORKER}"}`]).toBe(0);
    expect(after[`vsa_turn_seconds_bucket{le="0.25",worker="${WORKER}"}`]).toBe(1);
    expect(after[`vsa_webhooks_total{result="stored",worker="${WORKER}"}`]).toBe(1);
    expect(after[`process_resident_memory_bytes{worker="${WORKER}"}`]).toBeGreaterThan(0);
  });

  it('shows live calls by status and the age of the oldest', async () => {
    const contactId = await contact('+12025550101');
    await database.api.rows(
      `INSERT INTO call_attempts (id, contact_id, campaign_id, attempt_number, phone_number, carrier, claimed_at)
       VALUES ($1, $2, $3, 1, '+12025550101', 'simulator', clock_timestamp() - interval '90 s') RETURNING id`,
      [ids.next(), contactId, campaignId],
    );
    const samples = await scrape();
    expect(samples['vsa_database_up']).toBe(1);
    expect(samples['vsa_live_calls{status="claimed"}']).toBe(1);
    expect(samples['vsa_live_calls{status="in_progress"}']).toBe(0);
    expect(samples['vsa_oldest_unsettled_call_seconds']).toBeGreaterThan(89);
  });

  it('shows how far sequencer and subscribers are behind, and what was parked', async () => {
    await database.api.transaction(async (tx) => {
      const at = await clock.now();
      await appendEvents(tx, [
        CallEnded.of(
          { entityId: ids.next(), version: 1, at, campaignId },
          { outcome: 'busy', carrierEnd: null, reason: null, isTest: false },
        ),
      ]);
      await tx.execute(`UPDATE event_sequence SET last_position = 10`);
      await tx.execute(
        `INSERT INTO subscriber_cursors (subscriber, position, failures) VALUES ('slow', 4, 2)`,
      );
      await tx.execute(
        `INSERT INTO parked_events (subscriber, position, type, error, parked_at) VALUES ('slow', 3, 'x', 'y', $1)`,
        [at],
      );
    });
    const samples = await scrape();
    expect(samples['vsa_events_unsequenced']).toBe(1);
    expect(samples['vsa_oldest_unsequenced_event_seconds']).toBeGreaterThanOrEqual(0);
    expect(samples['vsa_subscriber_lag_events{subscriber="slow"}']).toBe(6);
    expect(samples['vsa_subscriber_failures{subscriber="slow"}']).toBe(2);
    expect(samples['vsa_parked_events{subscriber="slow"}']).toBe(1);
  });

  it('carries no phone number', async () => {
    expect(JSON.stringify(await scrape())).not.toContain('2025550101');
  });
});

describe('the totals of ended calls', () => {
  let position = 100;

  function logged(type: string, payload: object, contactId: string | null = null): LoggedEvent {
    const attemptId = ids.next();
    return {
      id: '1',
      position: ++position,
      type,
      entityKind: 'call',
      entityId: attemptId,
      entityVersion: 1,
      campaignId,
      contactId,
      attemptId,
      payload: payload as Record<string, unknown>,
      occurredAt: new Date('2026-11-22T03:00:00Z'),
    };
  }
  const ended = (outcome: CallOutcome, isTest = false) =>
    logged(CallEnded.type, { outcome, carrierEnd: null, reason: null, isTest });

  it('count a call once however often its end is delivered, and leave test calls out', async () => {
    const subscriber = new OutcomeMetricsSubscriber(database.dialling);
    const busy = ended('busy');
    await subscriber.handle(busy);
    await subscriber.handle(busy);
    await subscriber.handle(ended('busy', true));
    await subscriber.handle(ended('busy'));
    await subscriber.handle(busy);
    const samples = await scrape();
    expect(samples['vsa_calls_ended{outcome="busy"}']).toBe(2);
    expect(samples['vsa_calls_ended{outcome="completed"}']).toBe(0);
  });

  it('move a corrected call from one outcome to the other, once', async () => {
    const subscriber = new OutcomeMetricsSubscriber(database.dialling);
    const person = await contact('+12025550102');
    const phone = await contact('+12025550103', true);
    await subscriber.handle(ended('hung_up'));
    const corrected = logged(CallCorrected.type, { from: 'hung_up', to: 'completed' }, person);
    await subscriber.handle(corrected);
    await subscriber.handle(corrected);
    await subscriber.handle(logged(CallCorrected.type, { from: 'hung_up', to: 'completed' }, phone));
    const samples = await scrape();
    expect(samples['vsa_calls_ended{outcome="hung_up"}']).toBe(0);
    expect(samples['vsa_calls_ended{outcome="completed"}']).toBe(1);
  });
});
