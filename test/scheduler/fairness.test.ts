import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeCampaign, phones } from '../support/campaigns.js';
import { type Installation, startInstallation } from '../support/installation.js';
import { waitFor } from '../support/wait-for.js';

let on: Installation;
beforeAll(async () => {
  on = await startInstallation({
    people: { mix: { completes: 1 } as never },
    environment: { MAX_CONCURRENT_CALLS: '1' },
    speed: 200,
  });
});
afterAll(() => on.stop());

it('serves campaigns in turn where there are fewer places than campaigns', async () => {
  await on.api('POST', '/operations/stop', { reason: 'all shall begin together' });
  const campaigns = [
    await makeCampaign(on, phones(0, 3)),
    await makeCampaign(on, phones(3, 3)),
    await makeCampaign(on, phones(6, 3)),
  ];
  await on.api('POST', '/operations/resume');
  await waitFor(
    'all to have been claimed',
    async () =>
      (await on.database.api.rows(`SELECT 1 FROM call_attempts WHERE status = 'ended'`)).length === 9,
    40_000,
  );
  const claims = await on.database.api.rows<{ campaign: string }>(
    `SELECT campaign_id AS campaign FROM call_attempts ORDER BY claimed_at`,
  );
  for (const round of [0, 3, 6]) {
    const served = claims.slice(round, round + 3).map(({ campaign }) => campaign);
    expect(served.toSorted()).toEqual(campaigns.toSorted());
  }
});
