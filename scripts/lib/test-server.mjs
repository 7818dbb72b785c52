/** The PostgreSQL server on which tests and rehearsals make, and drop, databases of their own. */
import { databaseUrl, withClient } from './databases.mjs';
import { ensureCluster } from './embedded-postgres.mjs';
import { LauncherError, messageOf } from './project.mjs';

const OLDEST_VERSION = 160_000;

/**
 * @typedef {object} TestServer
 * @property {string} adminUrl may create databases
 * @property {import('./embedded-postgres.mjs').Cluster | undefined} cluster undefined: a server that is not ours to restart
 * @property {() => Promise<void>} leave
 */

/**
 * `DATABASE_URL` only says where a server is; the database it names is neither read nor written. Without it, the
 * embedded test cluster.
 *
 * @param {string} [configured]
 * @returns {Promise<TestServer>}
 */
export async function reachTestServer(configured = process.env.DATABASE_URL) {
  if (!configured) {
    const cluster = await ensureCluster({ name: 'postgres-test' });
    // Started by us means that nobody was connected: what is there was left by a killed run.
    if (cluster.startedByUs) await dropLeftovers(cluster.adminUrl);
    return { adminUrl: cluster.adminUrl, cluster, leave: cluster.stop };
  }
  return { adminUrl: await maintenanceUrl(configured), cluster: undefined, leave: async () => {} };
}

/** @param {string} configured */
async function maintenanceUrl(configured) {
  let problem;
  // Some providers close the database "postgres"; being connected to the named one is then enough to create others.
  for (const url of [databaseUrl(configured, 'postgres'), configured]) {
    try {
      const row = await withClient(url, async (client) => {
        const { rows } = await client.query(
          `SELECT current_setting('server_version_num')::int AS version, rolcreatedb OR rolsuper AS may_create
             FROM pg_roles WHERE rolname = current_user`,
        );
        return rows[0];
      });
      if (row.version < OLDEST_VERSION)
        throw new LauncherError('The server of DATABASE_URL is older than PostgreSQL 16.');
      if (!row.may_create)
        throw new LauncherError('The user of DATABASE_URL may not create databases, which the tests need.');
      return url;
    } catch (error) {
      if (error instanceof LauncherError) throw error;
      problem ??= error;
    }
  }
  throw new LauncherError(`The server of DATABASE_URL cannot be reached: ${messageOf(problem)}`);
}

/** @param {string} adminUrl */
async function dropLeftovers(adminUrl) {
  await withClient(adminUrl, async (client) => {
    const { rows } = await client.query(
      `SELECT datname FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1')`,
    );
    for (const { datname } of rows) {
      const name = client.escapeIdentifier(datname);
      await client.query(`ALTER DATABASE ${name} IS_TEMPLATE false`);
      await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    }
  });
}
