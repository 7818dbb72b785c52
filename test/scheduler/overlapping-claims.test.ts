import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CampaignClaim } from '../../src/scheduler/claim-next-contact/campaign-claim.js';
import { ClaimNextContactCommand } from '../../src/scheduler/claim-next-contact/claim-next-contact.command.js';
import { claimableCampaigns } from '../../src/scheduler/scheduling.queries.js';
import { DiallingDatabase } from '../../src/shared/db/database.js';
import type { Tx } from '../../src/shared/db/tx.js';
import { Dialler } from '../../src/telephony/dial/dialler.js';
import { DialWorld } from '../telephony/dial-world.js';

/** Two ticks at once: what the claim lock keeps apart, and what is left when there is no claim lock. */
describe('two claims that overlap', () => {
  let world: DialWorld;

  beforeAll(async () => {
    world = await DialWorld.open();
    // Claims must stay claims here: the dialler of this process would dial them.
    await world.on.app.get(Dialler).beforeApplicationShutdown();
  });
  afterAll(() => world.close());

  const claim = () => world.commands.execute(new ClaimNextContactCommand());
  const liveOf = (campaignId: string) =>
    world.on.database.api.rows<{ number: string; id: string }>(
      `SELECT phone_number AS number, id FROM call_attempts WHERE campaign_id = $1 AND status <> 'ended' ORDER BY 1`,
      [campaignId],
    );
  const numbers = (count: number) => Array.from({ length: count }, () => world.number()).toSorted();
  const endAll = async () => {
    await world.on.database.api.rows(
      `UPDATE call_attempts SET status = 'ended', outcome = 'canceled', ended_at = claimed_at WHERE status <> 'ended' RETURNING id`,
    );
    await world.on.database.api.rows(
      `UPDATE contacts SET state = 'not_reached', next_attempt_at = NULL, disposition = 'withdrawn', state_before_claim = NULL, version = version + 1
        WHERE state = 'in_progress' OR next_attempt_at IS NOT NULL RETURNING id`,
    );
  };

  /** A live attempt to the number in a transaction that is not over: an insert of the same number waits for it. */
  const uncommittedAttempt = (contactId: string, number: string) =>
    world.hold(
      `INSERT INTO call_attempts (id, contact_id, campaign_id, attempt_number, phone_number, carrier, claimed_at)
       SELECT gen_random_uuid(), id, campaign_id, 900, $2, 'simulator', clock_timestamp() FROM contacts WHERE id = $1`,
      [contactId, number],
    );

  it('exceed no limit: the second finds the claim lock taken, visible to anybody, and claims nobody', async () => {
    const people = numbers(6);
    const { contactId: stranger } = await world.onePerson();
    await endAll();
    const campaignId = await world.campaign(people, { maxConcurrentCalls: 3 });
    const barrier = await uncommittedAttempt(stranger, people[0]!);
    const first = claim();
    await barrier.blocks();
    const held = await world.on.database.api.rows(
      `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = 8880 AND objid = 1 AND granted
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    expect(held).toHaveLength(1);
    expect(await claim()).toEqual({ held: false, attemptIds: [] });
    await barrier.release('ROLLBACK');
    expect((await first).attemptIds).toHaveLength(3);
    expect(await claim()).toEqual({ held: true, attemptIds: [] });
    expect(await liveOf(campaignId)).toHaveLength(3);
    await endAll();
  });

  /** The claim of a tick without its lock. */
  async function unlocked(tx: Tx, campaignId: string): Promise<string[]> {
    const at = await world.on.clock.now(tx);
    const campaign = (await claimableCampaigns(tx, 'simulator', null, at)).find(
      ({ id }) => id === campaignId,
    )!;
    return world.on.app.get(CampaignClaim).claim(tx, campaign, {
      at,
      room: 10,
      live: 0,
      globalLive: 0,
      globalLimit: 50,
      deferrals: { left: 1_000 },
    });
  }

  it('without any lock still give each contact to one of them', async () => {
    const people = numbers(4);
    const campaignId = await world.campaign(people);
    const database = world.on.app.get(DiallingDatabase);
    let second: string[] = [];
    const first = await database.transaction(async (tx) => {
      const ids = await unlocked(tx, campaignId);
      // Begun and committed while the first is still open.
      second = await database.transaction((other) => unlocked(other, campaignId));
      return ids;
    });
    expect([first.length, second.length]).toEqual([4, 0]);
    expect((await liveOf(campaignId)).map(({ number }) => number)).toEqual(people);
    await endAll();
  });

  it('without any lock still ring each number once; the duplicates wait and stop nobody, now or later', async () => {
    const shared = numbers(3);
    const own = numbers(2);
    const one = await world.campaign(shared);
    const other = await world.campaign([...shared, ...own]);
    const database = world.on.app.get(DiallingDatabase);
    let claiming!: Promise<string[]>;
    await database.transaction(async (tx) => {
      expect(await unlocked(tx, one)).toHaveLength(3);
      claiming = database.transaction((second) => unlocked(second, other));
      await expect
        .poll(async () =>
          world.on.database.api.rows(
            `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          ),
        )
        .toHaveLength(1);
    });
    expect(await claiming).toHaveLength(2);
    expect((await liveOf(other)).map(({ number }) => number)).toEqual(own);
    const waiting = () =>
      world.on.database.api.rows<{ number: string }>(
        `SELECT phone_number AS number FROM contacts
          WHERE campaign_id = $1 AND state = 'pending' AND attempts_count = 0 ORDER BY 1`,
        [other],
      );
    expect((await waiting()).map(({ number }) => number)).toEqual(shared);
    // Later ticks are not held up by them either: whoever is added is claimed beside them.
    const added = world.number();
    await world.on.api('POST', `/campaigns/${other}/contacts`, { contacts: [{ phoneNumber: added }] });
    world.on.clock.advance(16_000);
    expect((await claim()).attemptIds).toHaveLength(1);
    expect((await liveOf(other)).map(({ number }) => number)).toEqual([...own, added].toSorted());
    // And once the numbers are free they are claimed like anybody.
    await world.on.database.api.rows(
      `UPDATE call_attempts SET status = 'ended', outcome = 'canceled', ended_at = claimed_at WHERE campaign_id = $1 RETURNING id`,
      [one],
    );
    world.on.clock.advance(16_000);
    expect((await claim()).attemptIds).toHaveLength(3);
    await endAll();
  });
});
