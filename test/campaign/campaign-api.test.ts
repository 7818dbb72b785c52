import { Global, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CampaignModule } from '../../src/campaign/campaign.module.js';
import { ContactModule } from '../../src/contact/contact.module.js';
import { CampaignLoadQueries } from '../../src/scheduler/campaign-load.queries.js';
import { CampaignLoad } from '../../src/scheduler/contracts/campaign-load.js';
import { CallAttempts } from '../../src/telephony/contracts/call-attempts.js';
import { CallAttemptRows } from '../../src/telephony/rows/call-attempt-rows.js';
import { SurveyModule } from '../../src/survey/survey.module.js';
import { openRoomApp } from '../http/room-app.js';
import { TestClock } from '../support/test-clock.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { START, SURVEY } from './campaign-world.js';

/** Of the scheduler only what counts, of telephony only the rows: no tick runs here and nobody is called. */
@Global()
@Module({
  providers: [
    { provide: CampaignLoad, useClass: CampaignLoadQueries },
    { provide: CallAttempts, useClass: CallAttemptRows },
  ],
  exports: [CampaignLoad, CallAttempts],
})
class CountingModule {}

let db: TestDatabase;
let app: NestFastifyApplication;
let base: string;

beforeAll(async () => {
  db = await openTestDatabase();
  app = await openRoomApp({
    database: db,
    clock: new TestClock(START),
    imports: [CqrsModule.forRoot(), CampaignModule, ContactModule, SurveyModule, CountingModule],
  });
  base = `${await app.getUrl()}/api/v1/campaigns`;
});
afterAll(async () => {
  await app.close();
  await db.close();
});

interface Answer {
  status: number;
  // oxlint-disable-next-line typescript/no-explicit-any
  body: any;
}

async function ask(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(base + path, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

describe('the API of campaigns', () => {
  it('leads a campaign from draft to completed', async () => {
    const created = await ask('POST', '', {
      name: 'Customer satisfaction Q4',
      language: 'en-US',
      defaultTimezone: 'America/New_York',
      callerId: '+12025550199',
      survey: SURVEY,
      policy: {
        maxAttempts: 3,
        callingWindow: { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '20:00' },
        retry: { busy: ['5m', '30m'], no_answer: ['1h', '4h'], failed: ['30s', '15m'] },
      },
    });
    expect(created.status).toBe(201);
    expect(created.body.policy.retry).toMatchObject({ busy: ['5m', '30m'], failed: ['30s', '15m'] });
    const path = `/${created.body.id}`;

    const refused = await ask('POST', `${path}/start`);
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({
      code: 'campaign_not_startable',
      problems: [{ field: 'contacts', code: 'no_contacts' }],
    });
    await db.api.rows(
      `INSERT INTO contacts (id, campaign_id, phone_number, next_attempt_at, created_at)
       VALUES (gen_random_uuid(), $1, '+12025550123', $2, $2)`,
      [created.body.id, START],
    );
    expect((await ask('GET', `${path}/preflight`)).body).toMatchObject({ startable: true, callableNow: 1 });
    expect((await ask('POST', `${path}/start`)).body).toMatchObject({ status: 'running', simulated: true });
    const again = await ask('POST', `${path}/start`);
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({
      status: 409,
      code: 'illegal_transition',
      legal: ['pause', 'complete'],
      campaignStatus: 'running',
    });
    expect((await ask('PATCH', path, { policy: { callsPerSecond: 2 } })).body.policy.callsPerSecond).toBe(2);
    expect((await ask('POST', `${path}/pause`)).body.status).toBe('paused');
    expect((await ask('POST', `${path}/resume`)).body.status).toBe('running');
    expect((await ask('POST', `${path}/complete`)).body).toMatchObject({
      status: 'completed',
      closing: false,
    });
    expect((await ask('POST', `${path}/reopen`)).body.status).toBe('paused');
    const copy = await ask('POST', `${path}/clone`, { name: ' Second wave ' });
    expect(copy).toMatchObject({ status: 201, body: { status: 'draft', name: 'Second wave' } });
    const list = await ask('GET', '?status=paused&limit=10');
    expect(list.body).toMatchObject({ items: [{ id: created.body.id }], nextCursor: null });
  });

  it.each<[string, string, unknown, number, string]>([
    ['GET', '/no-uuid', undefined, 404, 'not_found'],
    ['GET', '/00000000-0000-7000-8000-00000000ffff', undefined, 404, 'campaign_not_found'],
    ['POST', '/00000000-0000-7000-8000-00000000ffff/start', undefined, 404, 'campaign_not_found'],
    ['GET', '?status=scheduled', undefined, 400, 'validation_failed'],
    ['GET', '?cursor=abc', undefined, 400, 'invalid_cursor'],
    ['POST', '', [], 400, 'validation_failed'],
    ['POST', '', { survey: 'x', policy: 5 }, 400, 'validation_failed'],
    ['POST', '/00000000-0000-7000-8000-00000000ffff/test-call', {}, 400, 'validation_failed'],
    ['POST', '/00000000-0000-7000-8000-00000000ffff/pause', { hangUp: 'yes' }, 400, 'validation_failed'],
  ])('answers %s %s with %j by a problem', async (method, path, body, status, code) => {
    const answer = await ask(method, path, body);
    expect(answer).toMatchObject({ status, body: { code, status } });
  });
});
