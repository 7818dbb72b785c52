import { afterEach, expect, it } from 'vitest';
import { openWire } from '../../scripts/chaos/wire.mjs';
import { ApiDatabase } from '../../src/shared/db/database.js';
import { openPool } from '../../src/shared/db/pools.js';
import { openTestDatabase } from '../support/test-database.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Longest transaction, and what a client waits beyond it. */
const BOUND_MS = 8_000;

it('a connection that went dead without a word is given up within seconds, and the next query takes another', async () => {
  const db = await openTestDatabase();
  closing.push(() => db.close());
  const target = new URL(db.url);
  const wire = await openWire(() => ({ host: target.hostname, port: Number(target.port) }));
  closing.push(wire.close);
  const url = new URL(db.url);
  url.port = String(wire.port);
  const pool = await openPool(url.href, 'half-open', 1);
  const database = new ApiDatabase(pool, { publish: () => {} });
  await database.rows('SELECT 1');
  wire.deaden();
  const began = performance.now();
  await expect(database.transaction((tx) => tx.rows('SELECT 1'))).rejects.toThrow('Query read timeout');
  expect(performance.now() - began).toBeLessThan(BOUND_MS);
  expect(await database.rows('SELECT 2 AS two')).toEqual([{ two: 2 }]);
  wire.bury();
  await pool.destroy();
}, 20_000);
