import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/shared/db/migrate.js';

/** Migrates one template database; every test file clones it. The server is reached through TEST_DATABASE_ADMIN_URL. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const adminUrl = process.env.TEST_DATABASE_ADMIN_URL;
  if (adminUrl === undefined)
    throw new Error('TEST_DATABASE_ADMIN_URL is not set: run the suite with `npm test`.');
  const template = `vsa_template_${process.pid}_${Date.now()}`;
  await onServer(adminUrl, `CREATE DATABASE ${template}`);
  const url = new URL(adminUrl);
  url.pathname = `/${template}`;
  await migrate(url.href);
  project.provide('database', { adminUrl, template });
  return async () => onServer(adminUrl, `DROP DATABASE ${template} WITH (FORCE)`);
}

async function onServer(adminUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

declare module 'vitest' {
  export interface ProvidedContext {
    database: { adminUrl: string; template: string };
  }
}
