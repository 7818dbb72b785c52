import { expect, it } from 'vitest';
import { makeCampaign, phone } from '../support/campaigns.js';
import { startInstallation } from '../support/installation.js';
import { openTestDatabase } from '../support/test-database.js';
import { waitFor } from '../support/wait-for.js';

it('dials nobody on a database that was restored or failed over, until an operator resumes', async () => {
  const database = await openTestDatabase();
  try {
    const first = await startInstallation({ database, people: { mix: { completes: 1 } as never } });
    expect(await database.api.row(`SELECT dialling_stopped_at AS at FROM settings`)).toEqual({ at: null });
    await first.stop();
    await database.api.rows(
      `UPDATE settings SET database_identity = 'another cluster/00000001' RETURNING version`,
    );
    const second = await startInstallation({ database, people: { mix: { completes: 1 } as never } });
    const id = await makeCampaign(second, [phone(0)]);
    const settings = (await second.api<{ diallingStoppedReason: string }>('GET', '/operations/settings'))
      .body;
    expect(settings.diallingStoppedReason).toContain('restored or failed over');
    expect(second.carrier.summary().creates).toBe(0);
    await second.api('POST', '/operations/resume');
    await waitFor(
      'completion',
      async () =>
        (await second.api<{ status: string }>('GET', `/campaigns/${id}`)).body.status === 'completed',
    );
    await second.stop();
  } finally {
    await database.close();
  }
});
