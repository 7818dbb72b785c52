import pg from 'pg';
import { inject } from 'vitest';
import { ApiDatabase, DiallingDatabase, WebhookDatabase } from '../../src/shared/db/database.js';
import { openPool } from '../../src/shared/db/pools.js';
import type { DomainEvent } from '../../src/shared/event-log/domain-event.js';

export interface TestDatabase {
  url: string;
  api: ApiDatabase;
  dialling: DiallingDatabase;
  webhooks: WebhookDatabase;
  /** Events of committed transactions, in order of commit. */
  committed: DomainEvent[];
  close(): Promise<void>;
}

let count = 0;

/** A database of this test file's own, cloned from the migrated template; `empty` has no schema yet. */
export async function openTestDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  const { adminUrl, template } = inject('database');
  const name = `vsa_test_${process.pid}_${++count}_${Date.now()}`;
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${options.empty === true ? 'template0' : template}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const pool = await openPool(url.href, 'test', 30, 60_000);
  const committed: DomainEvent[] = [];
  const sink = { publish: (events: DomainEvent[]) => void committed.push(...events) };
  return {
    url: url.href,
    api: new ApiDatabase(pool, sink),
    dialling: new DiallingDatabase(pool, sink),
    webhooks: new WebhookDatabase(pool, sink),
    committed,
    close: async () => {
      await pool.destroy();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}
