import pg from 'pg';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiDatabase, DEFAULT_LIMITS, DiallingDatabase, sqlState } from '../../src/shared/db/database.js';
import { tryClaimLock } from '../../src/shared/db/locks.js';
import { openPool } from '../../src/shared/db/pools.js';
import type { Tx } from '../../src/shared/db/tx.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { waitFor } from '../support/wait-for.js';

const SILENT = { publish: () => undefined };
/** A frozen worker's locks must be gone by then; the limits themselves are below it. */
const PROMISED_MS = 5_000;

describe('a transaction', () => {
  let database: TestDatabase;
  let outside: pg.Client;
  let modern: boolean;

  beforeAll(async () => {
    database = await openTestDatabase();
    outside = new pg.Client({ connectionString: database.url });
    await outside.connect();
    await outside.query('CREATE TABLE fact (id int PRIMARY KEY, value int NOT NULL DEFAULT 0)');
    await outside.query('INSERT INTO fact (id) VALUES (1), (2)');
    const { rows } = await outside.query<{ v: number }>(
      `SELECT current_setting('server_version_num')::int AS v`,
    );
    modern = rows[0]!.v >= 170_000;
  });
  afterAll(async () => {
    await outside.end();
    await database.close();
  });

  const limits = async (tx: Pick<Tx, 'rows'>) => {
    const rows = await tx.rows<{ name: string; setting: string }>(
      `SELECT name, setting FROM pg_settings
        WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')`,
    );
    return Object.fromEntries(rows.map(({ name, setting }) => [name, Number(setting)]));
  };
  const value = async (id: number) =>
    (await outside.query<{ value: number }>('SELECT value FROM fact WHERE id = $1', [id])).rows[0]!.value;

  it('carries its own time limits from its first statement on, and leaves none on the connection', async () => {
    const pool = await openPool(database.url, 'test', 1);
    const one = new ApiDatabase(pool, SILENT);
    try {
      const expected = {
        statement_timeout: DEFAULT_LIMITS.statementMs,
        lock_timeout: DEFAULT_LIMITS.lockMs,
        idle_in_transaction_session_timeout: DEFAULT_LIMITS.idleInTransactionMs,
        ...(modern ? { transaction_timeout: DEFAULT_LIMITS.transactionMs } : {}),
      };
      expect(await one.transaction(limits)).toEqual(expected);
      expect(await one.transaction(limits, { limits: { lockMs: 700 } })).toEqual({
        ...expected,
        lock_timeout: 700,
      });
      expect(Object.values(await limits(one)).every((setting) => setting === 0)).toBe(true);
      for (const limit of Object.values(expected)) expect(limit).toBeLessThan(PROMISED_MS);
    } finally {
      await pool.destroy();
    }
  });

  it('sends its limits in the same round trip as its BEGIN: there is no moment without them', async () => {
    const pool = await openPool(database.url, 'test', 1);
    const sent: string[] = [];
    const watched = {
      createQueryRunner: () => {
        const runner = pool.createQueryRunner();
        const query = runner.query.bind(runner);
        runner.query = ((sql: string, ...rest: []) => {
          sent.push(sql);
          return query(sql, ...rest);
        }) as typeof runner.query;
        return runner;
      },
    } as unknown as DataSource;
    try {
      await new ApiDatabase(watched, SILENT).transaction((tx) => tx.rows('SELECT 1'));
    } finally {
      await pool.destroy();
    }
    expect(sent).toHaveLength(3);
    for (const name of [
      'BEGIN',
      'statement_timeout',
      'lock_timeout',
      'idle_in_transaction',
      'transaction_timeout',
    ])
      expect(sent[0]).toContain(name);
    expect(sent.slice(1)).toEqual(['SELECT 1', 'COMMIT']);
  });

  it('of a frozen worker dies with all its locks in time, and what the worker writes later changes nothing', async () => {
    let wake!: () => void;
    const asleep = new Promise<void>((resolve) => (wake = resolve));
    let reached = false;
    const frozen = database.dialling.transaction(async (tx) => {
      expect(await tryClaimLock(tx)).toBe(true);
      await tx.execute('UPDATE fact SET value = 13 WHERE id = 1');
      reached = true;
      await asleep;
      await tx.execute('UPDATE fact SET value = 14 WHERE id = 1');
    });
    frozen.catch(() => undefined);
    await waitFor('the worker to be in its transaction', () => reached);
    const begun = performance.now();
    await waitFor('its claim lock to be free', () => database.api.transaction(tryClaimLock), 15_000);
    expect(performance.now() - begun).toBeLessThan(PROMISED_MS);
    await outside.query('UPDATE fact SET value = 1 WHERE id = 1');
    wake();
    await expect(frozen).rejects.toThrow(/terminat|timeout|closed|released|not queryable/i);
    expect(await value(1)).toBe(1);
    // And its pool is as good as before.
    expect(await database.dialling.transaction((tx) => tx.row('SELECT 1 AS one'))).toEqual({ one: 1 });
  });

  it('that never rests is ended as well', async ({ skip }) => {
    if (!modern) skip('transaction_timeout came with PostgreSQL 17');
    const begun = performance.now();
    const busy = database.dialling.transaction(async (tx) => {
      await tx.execute('UPDATE fact SET value = 15 WHERE id = 1');
      while (performance.now() - begun < 20_000) await tx.rows('SELECT pg_sleep(0.05)');
    });
    await expect(busy).rejects.toThrow(/terminat|timeout|closed|released|not queryable/i);
    expect(performance.now() - begun).toBeLessThan(PROMISED_MS + 1_000);
    expect(await value(1)).not.toBe(15);
  });

  it('that waits for a lock somebody keeps gives up in time', async () => {
    await outside.query('BEGIN; UPDATE fact SET value = 2 WHERE id = 1');
    const begun = performance.now();
    const waiting = database.api.transaction((tx) => tx.execute('UPDATE fact SET value = 3 WHERE id = 1'));
    const error = await waiting.catch((reason: unknown) => reason);
    expect(sqlState(error)).toBe('55P03');
    expect(performance.now() - begun).toBeLessThan(PROMISED_MS);
    await outside.query('ROLLBACK');
  });

  it('that PostgreSQL chose as the victim of a deadlock is run again, and the caller hears nothing of it', async () => {
    let runs = 0;
    let inside = 0;
    const crosswise = (first: number, second: number) =>
      database.api.transaction(async (tx) => {
        runs++;
        await tx.execute('UPDATE fact SET value = value + 1 WHERE id = $1', [first]);
        inside++;
        // Both hold their first row before either asks for its second; the one that is run again finds the way free.
        await waitFor('the other', () => inside >= 2);
        await tx.execute('UPDATE fact SET value = value + 1 WHERE id = $1', [second]);
      });
    await outside.query('UPDATE fact SET value = 0');
    await Promise.all([crosswise(1, 2), crosswise(2, 1)]);
    expect(runs).toBe(3);
    expect([await value(1), await value(2)]).toEqual([2, 2]);
  });

  it('on a connection that PostgreSQL cuts fails alone: the pool goes on, and the process', async () => {
    const pool = await openPool(database.url, 'cut', 3);
    const one = new DiallingDatabase(pool, SILENT);
    try {
      await Promise.all([1, 2, 3].map(() => one.transaction((tx) => tx.rows('SELECT 1'))));
      // Idle ones, whose errors nobody is waiting for.
      const { rows } = await outside.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%:cut'`,
      );
      expect(rows.length).toBeGreaterThan(0);
      await waitFor('the pool to go on', () => one.transaction((tx) => tx.row('SELECT 1 AS one')));
      // And one in the middle of its work.
      const cut = one.transaction(async (tx) => {
        const { pid } = (await tx.row<{ pid: number }>('SELECT pg_backend_pid() AS pid'))!;
        await outside.query('SELECT pg_terminate_backend($1)', [pid]);
        await tx.rows('SELECT 1');
      });
      await expect(cut).rejects.toThrow(/terminat|closed|released|not queryable/i);
      expect(await one.transaction((tx) => tx.row('SELECT 1 AS one'))).toEqual({ one: 1 });
    } finally {
      await pool.destroy();
    }
  });
});
