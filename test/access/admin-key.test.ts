import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiKeyRows } from '../../src/access/api-keys/api-key-rows.js';
import { SequentialIds } from '../support/sequential-ids.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

it('the same key is stored once by workers that start at the same moment', async () => {
  const ids = new SequentialIds();
  const rows = new ApiKeyRows(database.api);
  for (let start = 0; start < 100; start++) {
    const key = { name: `admin ${start}`, prefix: 'a-key-of', digest: `digest ${start}`, at: new Date() };
    await Promise.all(Array.from({ length: 6 }, () => rows.replace({ ...key, id: ids.next() })));
  }
  expect(await database.api.rows('SELECT FROM api_keys')).toHaveLength(100);
});
