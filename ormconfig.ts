import { DataSource } from 'typeorm';
import { migrations } from './migrations/index.js';

/** The data source of the TypeORM command line; the application builds its own pools from the same migrations. */
export default new DataSource({
  type: 'postgres',
  url: process.env.DATABASE_URL,
  migrations,
  migrationsTableName: 'schema_migrations',
});
