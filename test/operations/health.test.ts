import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { AccessModule } from '../../src/access/access.module.js';
import { HealthQueries } from '../../src/operations/health/health.queries.js';
import { OperationsModule } from '../../src/operations/operations.module.js';
import { ApiDatabase } from '../../src/shared/db/database.js';
import { openPool } from '../../src/shared/db/pools.js';
import { openRoomApp } from '../http/room-app.js';
import { TestClock } from '../support/test-clock.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let app: NestFastifyApplication;
let admin: pg.Client;
let name: string;

beforeAll(async () => {
  database = await openTestDatabase();
  const url = new URL(database.url);
  name = url.pathname.slice(1);
  url.pathname = '/postgres';
  admin = new pg.Client({ connectionString: url.href });
  await admin.connect();
  app = await openRoomApp({
    database,
    clock: new TestClock('2026-11-22T03:00:00Z'),
    imports: [AccessModule, OperationsModule],
  });
});
afterEach(async () => {
  await database.api.rows(`DELETE FROM carrier_circuits RETURNING carrier`);
});
afterAll(async () => {
  await app.close();
  await admin.end();
  await database.close();
});

interface Ready {
  httpStatus: number;
  status: string;
  checks: Record<string, { status: string; detail?: string }>;
}

async function ready(): Promise<Ready> {
  const response = await fetch(`${await app.getUrl()}/health/ready`);
  return { httpStatus: response.status, ...((await response.json()) as Omit<Ready, 'httpStatus'>) };
}

describe('/health/ready', () => {
  it('is 200 on a migrated database that keeps what it commits', async () => {
    const { rows } = await admin.query<{ fsync: string }>('SHOW fsync');
    const durable = rows[0]!.fsync === 'on';
    expect(await ready()).toMatchObject({
      httpStatus: durable ? 200 : 503,
      status: durable ? 'ok' : 'unavailable',
      checks: {
        database: { status: 'ok' },
        migrations: { status: 'ok' },
        durability: { status: durable ? 'ok' : 'failed' },
        circuit: { status: 'ok' },
        scheduler: { status: 'ok' },
      },
    });
  });

  it('sees synchronous_commit off, whoever switched it off', async () => {
    await admin.query(`ALTER DATABASE ${name} SET synchronous_commit = off`);
    const pool = await openPool(database.url, 'test', 1);
    try {
      const fresh = new ApiDatabase(pool, { publish: () => undefined });
      const facts = await new HealthQueries(fresh, { carrier: 'simulator', defaultCallerId: null }).facts();
      expect(facts.synchronousCommit).toBe('off');
    } finally {
      await pool.destroy();
      await admin.query(`ALTER DATABASE ${name} RESET synchronous_commit`);
    }
  });

  it('is 503 while a migration is missing, and names it', async () => {
    const taken = await database.api.rows<{ timestamp: string; name: string }>(
      `DELETE FROM schema_migrations WHERE name LIKE 'Calls%' RETURNING timestamp, name`,
    );
    expect(await ready()).toMatchObject({
      httpStatus: 503,
      status: 'unavailable',
      checks: { migrations: { status: 'failed', detail: `missing: ${taken[0]!.name}` } },
    });
    await database.api.rows(`INSERT INTO schema_migrations (timestamp, name) VALUES ($1, $2) RETURNING id`, [
      taken[0]!.timestamp,
      taken[0]!.name,
    ]);
  });

  it('stays 200, degraded, while the circuit of this carrier is open', async () => {
    const open = `INSERT INTO carrier_circuits (carrier, state, reason) VALUES ($1, 'open', '20003') RETURNING carrier`;
    await database.api.rows(open, ['AC-of-somebody-else']);
    expect((await ready()).checks.circuit).toEqual({ status: 'ok' });
    await database.api.rows(open, ['simulator']);
    expect(await ready()).toMatchObject({
      httpStatus: 200,
      status: 'degraded',
      checks: { circuit: { status: 'degraded', detail: expect.stringContaining('20003') } },
    });
  });

  it('is 503 while the database is away, /health/live is not, and both recover by themselves', async () => {
    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1`, [name]);
    expect(await ready()).toMatchObject({
      httpStatus: 503,
      status: 'unavailable',
      checks: { database: { status: 'failed' }, migrations: { status: 'failed' } },
    });
    const live = await fetch(`${await app.getUrl()}/health/live`);
    expect([live.status, await live.json()]).toEqual([200, { status: 'ok' }]);
    const scrape = await fetch(`${await app.getUrl()}/metrics`);
    const text = await scrape.text();
    expect(scrape.status).toBe(200);
    expect(text).toContain('vsa_database_up 0');
    expect(text).not.toContain('vsa_live_calls');

    await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await vi.waitFor(async () => expect((await ready()).checks.database!.status).toBe('ok'), 10_000);
  });
});
