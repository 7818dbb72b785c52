import pg from 'pg';
import type { QueryRunner } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OwnNo1763856000011 } from '../../migrations/1763856000011-own-no.js';
import { SequentialIds } from '../support/sequential-ids.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { insertCampaign } from './campaign-rows.js';

describe('the migration that lets a number stand twice on the do-not-call list', () => {
  let database: TestDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    database = await openTestDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.close();
  });

  it('gives those who had said no beside an entry of an operator an entry of their own, with its event', async () => {
    const migration = new OwnNo1763856000011();
    const runner = client as unknown as QueryRunner;
    await migration.down(runner);
    const campaignId = await insertCampaign(database.api, new SequentialIds());
    await client.query(
      `INSERT INTO contacts (id, campaign_id, phone_number, state, disposition, created_at)
       SELECT gen_random_uuid(), $1, number, 'refused', 'opted_out', now()
         FROM unnest('{+12025550101,+12025550102,+12025550103}'::text[]) number`,
      [campaignId],
    );
    // The first was entered by an operator before, the second has their own entry, the third was lifted since.
    await client.query(
      `INSERT INTO suppressions (id, phone_number, reason, source, created_at)
       VALUES (gen_random_uuid(), '+12025550101', 'VIP', 'operator', now()),
              (gen_random_uuid(), '+12025550102', 'key 9', 'opt_out', now())`,
    );
    await migration.up(runner);
    const { rows } = await client.query(
      `SELECT s.phone_number AS number, s.source, e.type FROM suppressions s
         LEFT JOIN domain_events e ON e.entity_id = s.id::text AND e.payload ->> 'source' = s.source
        ORDER BY 1, 2`,
    );
    expect(rows).toEqual([
      { number: '+12025550101', source: 'operator', type: null },
      { number: '+12025550101', source: 'opt_out', type: 'suppression.added.v1' },
      { number: '+12025550102', source: 'opt_out', type: null },
    ]);
    await migration.down(runner);
    await migration.up(runner);
    expect((await client.query('SELECT FROM suppressions')).rowCount).toBe(2);
  });
});
