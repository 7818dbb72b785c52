import { randomBytes } from 'node:crypto';
import { createDatabase, dropDatabase } from './databases.mjs';
import { reachTestServer } from './test-server.mjs';

/**
 * Lends a new, empty database and drops it afterwards, whatever happens. On the server of `DATABASE_URL` if that is
 * set, else on the embedded test cluster.
 *
 * @template T
 * @param {(database: { url: string, name: string, adminUrl: string, cluster: import('./embedded-postgres.mjs').Cluster | undefined }) => Promise<T>} work cluster: given when the server is ours and may be restarted
 * @param {{ purpose?: string }} [options] part of its name, so that one left behind can be told
 * @returns {Promise<T>}
 */
export async function withOwnDatabase(work, { purpose = 'scratch' } = {}) {
  const server = await reachTestServer();
  const name = `voice_survey_${purpose}_${process.pid}_${randomBytes(4).toString('hex')}`;
  try {
    const url = await createDatabase(server.adminUrl, name);
    return await work({ url, name, adminUrl: server.adminUrl, cluster: server.cluster });
  } finally {
    try {
      await dropDatabase(server.adminUrl, name);
    } finally {
      await server.leave();
    }
  }
}
