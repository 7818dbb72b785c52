/** Databases on a server reached by an admin URL. `pg` is imported late: this file is loaded before it is installed. */

export const developmentDatabase = 'voice_survey';

/**
 * @param {string} url
 * @param {string} name
 * @returns {string} the URL of another database on the same server
 */
export function databaseUrl(url, name) {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(name)}`;
  return other.toString();
}

/**
 * @param {string} adminUrl
 * @param {string} name
 * @returns {Promise<string>} its URL; an existing one is left as it is
 */
export async function createDatabase(adminUrl, name) {
  await withClient(adminUrl, async (client) => {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0)
      await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)} TEMPLATE template0`);
  });
  return databaseUrl(adminUrl, name);
}

/**
 * Drops it even while connections to it are open.
 *
 * @param {string} adminUrl
 * @param {string} name
 */
export async function dropDatabase(adminUrl, name) {
  await withClient(adminUrl, async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`);
  });
}

/**
 * @template T
 * @param {string} url
 * @param {(client: import('pg').Client) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withClient(url, work) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // A server that goes away in between is reported by the query that meets it, not by an unhandled event.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
