import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CAMPAIGN_STATUSES, type CampaignStatus } from '../../src/campaign/contracts/campaigns.js';
import { CAMPAIGN_MACHINE } from '../../src/campaign/domain/campaign-machine.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

const PAIRS = CAMPAIGN_STATUSES.flatMap((from) =>
  CAMPAIGN_STATUSES.filter((to) => to !== from).map((to): [CampaignStatus, CampaignStatus] => [from, to]),
);

/** Whether the database lets a hand-written UPDATE take this step. */
async function permits(from: CampaignStatus, to: CampaignStatus): Promise<boolean> {
  const id = await db.api.row<{ id: string }>(
    `INSERT INTO campaigns (id, name, status, language, policy, carrier, created_at, started_at, completed_at)
     VALUES (gen_random_uuid(), 'Guarded', $1::text, 'en-US', '{}', 'simulator', now(), now(),
             CASE WHEN $1::text = 'completed' THEN now() END)
     RETURNING id`,
    [from],
  );
  try {
    await db.api.rows(
      `UPDATE campaigns SET status = $2::text, completed_at = CASE WHEN $2::text = 'completed' THEN now() END
        WHERE id = $1 RETURNING id`,
      [id!.id, to],
    );
    return true;
  } catch (error) {
    if (String(error).includes(`a campaign cannot go from ${from} to ${to}`)) return false;
    throw error;
  }
}

describe('the state table of campaigns in the database', () => {
  it.each(PAIRS)('says of %s → %s what the machine says', async (from, to) => {
    const inMachine = CAMPAIGN_MACHINE.some((step) => step.from === from && step.to === to);
    expect(await permits(from, to)).toBe(inMachine);
  });
});
