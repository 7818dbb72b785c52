import { expect, it } from 'vitest';
import { makeCampaign, phone } from '../support/campaigns.js';
import { startInstallation } from '../support/installation.js';
import { openTestDatabase } from '../support/test-database.js';
import { waitFor } from '../support/wait-for.js';

it('starts and dials as a role that may not ask for the system identifier', async () => {
  const database = await openTestDatabase();
  const role = `no_control_file_${process.pid}_${Date.now()}`;
  const url = new URL(database.url);
  [url.username, url.password] = [role, 'of-this-test-only'];
  try {
    for (const statement of [
      `CREATE ROLE ${role} LOGIN PASSWORD '${url.password}'`,
      // Of this database only.
      `REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC`,
      `GRANT ALL ON SCHEMA public TO ${role}`,
      `GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`,
      `GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${role}`,
    ])
      await database.api.rows(statement);
    const on = await startInstallation({
      database: { ...database, url: url.href },
      people: { mix: { completes: 1 } as never },
    });
    try {
      const id = await makeCampaign(on, [phone(0)]);
      await waitFor(
        'completion',
        async () => (await on.api<{ status: string }>('GET', `/campaigns/${id}`)).body.status === 'completed',
      );
      expect(await database.api.row(`SELECT database_identity AS noted FROM settings`)).toEqual({
        noted: null,
      });
    } finally {
      await on.stop();
    }
  } finally {
    await database.api.rows(`DROP OWNED BY ${role}`).catch(() => undefined);
    await database.api.rows(`DROP ROLE IF EXISTS ${role}`).catch(() => undefined);
    await database.close();
  }
});
