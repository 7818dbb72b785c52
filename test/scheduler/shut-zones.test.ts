import { expect, it } from 'vitest';
import { makeCampaign, OPEN_POLICY, phone } from '../support/campaigns.js';
import { startInstallation } from '../support/installation.js';
import { waitFor } from '../support/wait-for.js';

const ZONES = [
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Phoenix',
  'America/Los_Angeles',
  'America/Anchorage',
  'Pacific/Honolulu',
];

it('claims for an open campaign at once while tens of thousands wait in zones that have just shut', async () => {
  const on = await startInstallation({
    people: { mix: { completes: 1 } as never },
    startAt: '2026-11-22T08:00:00Z',
  });
  try {
    const weekdays = { ...OPEN_POLICY, callingWindow: { days: ['mon'], from: '09:00', to: '20:00' } };
    for (const one of [0, 1, 2]) {
      const shut = await makeCampaign(on, [phone(one)], { change: { policy: weekdays }, start: false });
      await on.database.api.transaction(
        (tx) =>
          tx.execute(
            `INSERT INTO contacts (id, campaign_id, phone_number, timezone, next_attempt_at, created_at)
             SELECT gen_random_uuid(), $1, '+1202' || (2000000 + n), ($2::text[])[n % $3 + 1], $4, $4 FROM generate_series(1, 14000) n`,
            [shut, ZONES, ZONES.length, new Date('2026-11-20T00:00:00Z')],
          ),
        { limits: { statementMs: 60_000, transactionMs: 60_000 } },
      );
      expect((await on.api('POST', `/campaigns/${shut}/start`)).status).toBe(200);
    }
    const open = await makeCampaign(on, [phone(9)]);
    const claim = await waitFor('the open campaign to be claimed for', () =>
      on.database.api.row<{ live: number }>(
        `SELECT (payload ->> 'live')::int AS live FROM domain_events WHERE type = 'call.claimed.v1' AND campaign_id = $1`,
        [open],
      ),
    );
    expect(claim.live).toBe(0);
    // Tick after tick commits its share, until everybody has been moved to the opening of the window.
    const left = () =>
      on.database.api.row<{ n: number }>(
        `SELECT count(*)::int AS n FROM contacts WHERE deferred_from IS NULL AND state = 'pending'`,
      );
    const first = (await left())!.n;
    await waitFor('the deferrals to go on', async () => (await left())!.n < first - 3_000, 30_000);
    expect(on.carrier.calls().every(({ to }) => to === phone(9))).toBe(true);
  } finally {
    await on.stop();
  }
});
