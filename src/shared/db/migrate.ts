import { DataSource } from 'typeorm';
import { migrations } from '../../../migrations/index.js';
import { MIGRATION_LOCK } from './locks.js';

/**
 * Brings the schema up to date. Processes that start at once queue behind one lock, which lives in a transaction of
 * its own, so it also holds behind a transaction-mode pooler. Returns the names of the migrations it ran.
 */
export async function migrate(url: string): Promise<string[]> {
  const source = new DataSource({
    type: 'postgres',
    url,
    migrations,
    migrationsTableName: 'schema_migrations',
    poolSize: 2,
    connectTimeoutMS: 5_000,
  });
  await source.initialize();
  const guard = source.createQueryRunner();
  try {
    await guard.startTransaction();
    await guard.query(`SELECT pg_advisory_xact_lock($1, $2)`, [...MIGRATION_LOCK]);
    const ran = await source.runMigrations({ transaction: 'all' });
    await guard.commitTransaction();
    return ran.map((migration) => migration.name);
  } finally {
    await guard.release();
    await source.destroy();
  }
}
