import { validate } from '@readme/openapi-parser';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CarrierSimulator, createCarrier } from '../../src/carrier-simulator/carrier.js';
import { type RunningApplication, runBuiltApplication } from '../support/built-application.js';
import { campaignBody, phones } from '../support/campaigns.js';
import { ACCOUNT_SID, AUTH_TOKEN, freePort } from '../support/installation.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { waitFor } from '../support/wait-for.js';

// Whole processes on a busy machine: generous limits, the conditions themselves are awaited.
describe('processes', { timeout: 150_000 }, () => {
  let database: TestDatabase;
  let carrier: CarrierSimulator;
  let carrierUrl: string;
  const running: RunningApplication[] = [];

  beforeAll(async () => {
    database = await openTestDatabase();
    carrier = createCarrier({
      accountSid: ACCOUNT_SID,
      authToken: AUTH_TOKEN,
      speed: 40,
      seed: 'processes',
      people: { mix: { completes: 1 } as never },
    });
    carrierUrl = (await carrier.start()).url;
  });
  afterEach(async () => {
    const alive = running
      .splice(0)
      .filter(({ process }) => process.exitCode === null && process.signalCode === null);
    await Promise.all(alive.map((one) => one.end('SIGKILL')));
  });
  afterAll(async () => {
    await carrier.stop();
    await database.close();
  });

  async function run(environment: Record<string, string> = {}, options = {}): Promise<RunningApplication> {
    const one = await runBuiltApplication(
      { DATABASE_URL: database.url, TWILIO_API_BASE_URL: carrierUrl, ...environment },
      options,
    );
    running.push(one);
    return one;
  }

  async function startCampaign(on: RunningApplication, people: string[]): Promise<string> {
    const { body } = await on.api<{ id: string }>('POST', '/campaigns', campaignBody());
    await on.api('POST', `/campaigns/${body.id}/contacts`, {
      contacts: people.map((phoneNumber) => ({ phoneNumber })),
    });
    expect((await on.api('POST', `/campaigns/${body.id}/start`)).status).toBe(200);
    return body.id;
  }
  const attemptsCreated = () =>
    carrier.calls().map((call) => /calls\/([0-9a-f-]+)\/status/.exec(call.statusCallback!)![1]!);

  it('rings nobody twice and settles everybody when a worker is killed in the middle of calls and another takes over', async () => {
    const port = String(await freePort());
    const first = await run({ PORT: port });
    const people = phones(0, 12);
    const id = await startCampaign(first, people);
    // All dialled: a request that a kill cuts off stays unknown for as long as a call may last, which is not waited for here.
    await waitFor('calls to be live', async () => {
      const rows = await database.api.rows<{ bound: number; talking: number }>(
        `SELECT count(provider_call_id)::int AS bound, (count(*) FILTER (WHERE status = 'in_progress'))::int AS talking
           FROM call_attempts`,
      );
      return rows[0]!.bound >= people.length && rows[0]!.talking >= 3;
    });
    expect(await first.end('SIGKILL')).toBe('SIGKILL');
    const second = await run({ PORT: port });
    await waitFor(
      'completion',
      async () =>
        (await second.api<{ status: string }>('GET', `/campaigns/${id}`)).body.status === 'completed',
      100_000,
    );
    const created = attemptsCreated();
    expect(new Set(created).size).toBe(created.length);
    const open = await database.api.rows(
      `SELECT 1 FROM contacts WHERE state IN ('pending', 'in_progress') OR next_attempt_at IS NOT NULL`,
    );
    expect(open).toEqual([]);
    // Whoever the carrier says finished has finished here as well.
    const finished = new Set(
      carrier
        .calls()
        .filter((call) => call.meant.length === 4)
        .map(({ to }) => to),
    );
    const completed = await database.api.rows<{ to: string }>(
      `SELECT phone_number AS to FROM contacts WHERE state = 'completed'`,
    );
    for (const to of finished) expect(completed.map((one) => one.to)).toContain(to);
  });

  it('gives back what it has claimed and drains within seconds on SIGTERM', async () => {
    const on = await run({ CALLS_PER_SECOND: '1' });
    await on.api('PATCH', '/operations/settings', { callsPerSecond: 1 });
    const people = phones(30, 8);
    const id = await startCampaign(on, people);
    await waitFor(
      'a call',
      async () =>
        (
          await database.api.rows(
            `SELECT 1 FROM call_attempts WHERE campaign_id = $1 AND status <> 'claimed'`,
            [id],
          )
        ).length > 0,
    );
    const began = performance.now();
    expect([0, 'SIGTERM']).toContain(await on.end('SIGTERM'));
    expect(performance.now() - began).toBeLessThan(10_000);
    const claimed = await database.api.rows(`SELECT 1 FROM call_attempts WHERE status = 'claimed'`);
    expect(claimed).toEqual([]);
    const unsettled = await database.api.rows(
      `SELECT 1 FROM contacts k WHERE k.state = 'in_progress' AND NOT EXISTS (
         SELECT 1 FROM call_attempts a WHERE a.contact_id = k.id AND a.status <> 'ended')`,
    );
    expect(unsettled).toEqual([]);
    await database.api.rows(`UPDATE settings SET calls_per_second = 100 RETURNING version`);
    const again = await run();
    await waitFor(
      'completion',
      async () =>
        (await again.api<{ status: string }>('GET', `/campaigns/${id}`)).body.status === 'completed',
      100_000,
    );
    await again.end('SIGTERM');
  });

  it('shares the work between two workers on one port, as in production', async () => {
    const on = await run({
      WORKERS: '2',
      NODE_ENV: 'production',
      TELEPHONY_PROVIDER: 'twilio',
      LEGAL_HOURS: '00:00-24:00',
    });
    const people = phones(50, 10);
    const id = await startCampaign(on, people);
    await waitFor(
      'completion',
      async () => (await on.api<{ status: string }>('GET', `/campaigns/${id}`)).body.status === 'completed',
      100_000,
    );
    const created = attemptsCreated();
    expect(new Set(created).size).toBe(created.length);
    const twice = await database.api.rows(
      `SELECT contact_id, attempt_number FROM call_attempts GROUP BY 1, 2 HAVING count(*) > 1`,
    );
    expect(twice).toEqual([]);
    expect([0, 'SIGTERM']).toContain(await on.end('SIGTERM'));
  });

  it('does not race on migrations when three start at once on an empty database', async () => {
    const empty = await openTestDatabase({ empty: true });
    try {
      const three = await Promise.all([1, 2, 3].map(() => run({ DATABASE_URL: empty.url })));
      expect(three.map((one) => one.process.exitCode)).toEqual([null, null, null]);
      const migrations = await empty.api.rows<{ name: string }>(`SELECT name FROM schema_migrations`);
      expect(new Set(migrations.map(({ name }) => name)).size).toBe(migrations.length);
      await Promise.all(three.map((one) => one.end('SIGTERM')));
    } finally {
      await empty.close();
    }
  });

  it('says everything that is wrong with its environment, and ends', async () => {
    const on = await run(
      { PORT: 'eighty', LEGAL_HOURS: 'never', PUBLIC_BASE_URL: 'nowhere' },
      { ready: false },
    );
    await waitFor('its end', () => on.process.exitCode !== null);
    for (const name of ['PORT', 'LEGAL_HOURS', 'PUBLIC_BASE_URL']) expect(on.output()).toContain(name);
    expect(on.process.exitCode).toBe(1);
  });

  it('describes the built API in a valid OpenAPI document with filled schemas', async () => {
    const on = await run();
    const document = (await (await fetch(`${on.url}/docs-json`)).json()) as {
      components: { schemas: Record<string, { properties?: object }> };
    };
    expect(await validate(structuredClone(document) as never)).toMatchObject({ valid: true });
    const hollow = Object.entries(document.components.schemas).filter(
      ([, schema]) => 'properties' in schema && Object.keys(schema.properties!).length === 0,
    );
    expect(hollow.map(([name]) => name)).toEqual([]);
    expect(Object.keys(document.components.schemas)).toContain('SurveyDefinition');
    expect(on.output()).not.toMatch(/\+1202555\d{4}/);
  });
});
