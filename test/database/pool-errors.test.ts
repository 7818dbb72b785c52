import { connect, createServer, type AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { ApiDatabase } from '../../src/shared/db/database.js';
import { openPool } from '../../src/shared/db/pools.js';
import { openTestDatabase } from '../support/test-database.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/**
 * A frozen worker reads the end of the handshake and the server's farewell in one go: here the wire keeps everything
 * from the server's ReadyForQuery on until the server has hung up.
 */
it('a session that is ended in the moment it is made costs its query and not the process', async () => {
  const db = await openTestDatabase();
  closing.push(() => db.close());
  const target = new URL(db.url);
  let holds = false;
  const wire = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    const held: Buffer[] = [];
    const isDoomed = holds;
    let holding = false;
    client.on('data', (chunk) => upstream.write(chunk));
    upstream.on('data', (chunk: Buffer) => {
      // ReadyForQuery: Z, length 5, idle.
      holding ||= isDoomed && chunk.includes(Buffer.from([0x5a, 0, 0, 0, 5, 0x49]));
      if (holding) held.push(chunk);
      else client.write(chunk);
    });
    upstream.on('close', () => client.end(Buffer.concat(held)));
    client.on('close', () => upstream.destroy());
    client.on('error', () => {});
    upstream.on('error', () => {});
  });
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => wire.close(resolve)));
  const url = new URL(db.url);
  url.port = String((wire.address() as AddressInfo).port);
  const pool = await openPool(url.href, 'farewell', 2);
  closing.push(() => pool.destroy());
  const database = new ApiDatabase(pool, { publish: () => {} });

  const uncaught: unknown[] = [];
  const notice = (error: unknown) => uncaught.push(error);
  process.prependListener('uncaughtException', notice);
  closing.push(() => process.removeListener('uncaughtException', notice));

  // The first connection is idle in the pool; a query beside it needs a second one.
  const slow = database.rows('SELECT pg_sleep(2)');
  holds = true;
  const doomed = database.rows('SELECT 1').then(
    () => 'answered',
    () => 'failed',
  );
  await expect
    .poll(async () => {
      const rows = await db.api.rows<{ pid: number }>(
        `SELECT pg_terminate_backend(pid) AS pid FROM pg_stat_activity
          WHERE application_name = 'voice-survey-agent:farewell' AND state = 'idle' AND query = ''`,
      );
      return rows.length;
    })
    .toBe(1);
  expect(await doomed).toBe('failed');
  await slow;
  expect(uncaught).toEqual([]);
});
