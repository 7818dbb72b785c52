import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CompleteCampaignCommand } from '../../src/campaign/complete-campaign/complete-campaign.command.js';
import { ClaimNextContactCommand } from '../../src/scheduler/claim-next-contact/claim-next-contact.command.js';
import { CarrierIdentity } from '../../src/telephony/contracts/call-attempt.js';
import { CarrierCircuit } from '../../src/telephony/dial/carrier-circuit.js';
import { Dialler } from '../../src/telephony/dial/dialler.js';
import { LookUpCallsCommand } from '../../src/telephony/recovery/recover-calls.command.js';
import { HandleTurnCommand } from '../../src/telephony/turn/handle-turn.command.js';
import { DialWorld } from '../telephony/dial-world.js';

/**
 * What an order forbids is seen by the claim itself: every look is at the attempts and events of claims. That nobody is
 * dialled would show nothing here, for the dial asks everything once more.
 */
let world: DialWorld;

const PROBE_MS = 60_000;
beforeAll(async () => {
  world = await DialWorld.open({ CIRCUIT_PROBE_MS: String(PROBE_MS) });
  // Claims must stay claims: the dialler of this process would dial them.
  await world.on.app.get(Dialler).beforeApplicationShutdown();
});
afterAll(() => world.close());

const ok = async (reply: Promise<{ status: number; body: unknown }>) => {
  const { status, body } = await reply;
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
};
const numbers = (count: number) => Array.from({ length: count }, () => world.number());
const settings = (change: object) => ok(world.on.api('PATCH', '/operations/settings', change));
const limit = (id: string, maxConcurrentCalls: number) =>
  ok(world.on.api('PATCH', `/campaigns/${id}`, { policy: { maxConcurrentCalls } }));

/** The next test begins with nobody due and no call live. */
afterEach(async () => {
  await ok(world.on.api('POST', '/operations/resume'));
  await settings({ maxConcurrentCalls: 50 });
  await world.on.database.api.rows(
    `UPDATE call_attempts SET status = 'ended', outcome = 'canceled', ended_at = claimed_at WHERE status <> 'ended' RETURNING id`,
  );
  await world.on.database.api.rows(
    `UPDATE contacts SET state = 'not_reached', next_attempt_at = NULL, deferred_from = NULL, disposition = 'withdrawn',
            state_before_claim = NULL, version = version + 1
      WHERE state = 'in_progress' OR next_attempt_at IS NOT NULL RETURNING id`,
  );
});

/** The numbers of a campaign that one tick has claimed, by the rows of the attempts; the log must say the same. */
async function claim(): Promise<(campaignId: string) => string[]> {
  // Past the stretch over which the pace is counted, and past any contact's deferral.
  world.on.clock.advance(20_000);
  const known = await world.on.database.api.rows<{ id: string }>('SELECT id FROM call_attempts');
  await world.commands.execute(new ClaimNextContactCommand());
  const fresh = await world.on.database.api.rows<{ id: string; campaign: string; number: string }>(
    `SELECT id, campaign_id AS campaign, phone_number AS number FROM call_attempts WHERE id <> ALL ($1) ORDER BY 3`,
    [known.map(({ id }) => id)],
  );
  const told = await world.on.database.api.rows<{ id: string }>(
    `SELECT entity_id AS id FROM domain_events WHERE type = 'call.claimed.v1' AND entity_id = ANY ($1)`,
    [fresh.map(({ id }) => id)],
  );
  expect(told.map(({ id }) => id).toSorted()).toEqual(fresh.map(({ id }) => id).toSorted());
  return (campaignId) => fresh.filter(({ campaign }) => campaign === campaignId).map(({ number }) => number);
}

describe('an open circuit', () => {
  const openCircuits = () =>
    world.on.database.api.rows<{ carrier: string }>(
      `SELECT carrier FROM carrier_circuits WHERE state = 'open'`,
    );
  const callFrom = (id: string, callerId: string | null) =>
    world.on.database.api.rows(`UPDATE campaigns SET caller_id = $2 WHERE id = $1 RETURNING id`, [
      id,
      callerId,
    ]);
  const open = (callerId: string | null) =>
    world.on.database.dialling.transaction(async (tx) =>
      world.on.app
        .get(CarrierCircuit)
        .open(tx, { callerId, reason: 'a test', at: await world.on.clock.now() }),
    );
  /** Its time over, the carrier is asked, or the caller id is tried again. */
  const probe = () => {
    world.on.clock.advance(PROBE_MS);
    return world.commands.execute(new LookUpCallsCommand());
  };

  it('of a caller id claims nobody of its campaigns, and everybody of a campaign with another caller id', async () => {
    const bad = numbers(3);
    const good = numbers(3);
    const refused = await world.campaign(bad);
    const healthy = await world.campaign(good);
    // Twilio's magic number for "not verified": the carrier itself opens the circuit.
    await callFrom(refused, '+15005550007');
    const first = await world.claimed(await world.contact(bad[0]!));
    expect(await world.place(first)).toMatchObject({ kind: 'requeued' });
    expect(await openCircuits()).toEqual([{ carrier: 'simulator +15005550007' }]);

    const claimed = await claim();
    expect(claimed(refused)).toEqual([]);
    expect(claimed(healthy)).toEqual(good);
    const waiting = await world.on.database.api.rows<{ number: string }>(
      `SELECT phone_number AS number FROM contacts WHERE campaign_id = $1 AND state = 'pending' AND attempts_count = 0 ORDER BY 1`,
      [refused],
    );
    expect(waiting.map(({ number }) => number)).toEqual(bad.slice(1));

    await probe();
    expect(await openCircuits()).toEqual([]);
    expect((await claim())(refused)).toEqual(bad.slice(1));
  });

  it('of the default caller id is that of every campaign which has none of its own', async () => {
    const people = numbers(2);
    const nameless = await world.campaign([people[0]!]);
    const named = await world.campaign([people[1]!]);
    await callFrom(nameless, null);
    await callFrom(named, '+12025550198');
    await open(world.on.app.get(CarrierIdentity).defaultCallerId);
    const claimed = await claim();
    expect(claimed(nameless)).toEqual([]);
    expect(claimed(named)).toEqual([people[1]]);
    await probe();
    expect((await claim())(nameless)).toEqual([people[0]]);
  });

  it('of the account claims nobody at all until the carrier answers again', async () => {
    const people = numbers(2);
    const one = await world.campaign([people[0]!]);
    const other = await world.campaign([people[1]!]);
    await callFrom(other, '+12025550198');
    await open(null);
    world.on.carrier.setFaults([{ fault: 'outage' }]);
    await probe();
    const claimed = await claim();
    expect([claimed(one), claimed(other)]).toEqual([[], []]);
    world.on.carrier.setFaults([]);
    await probe();
    const again = await claim();
    expect([again(one), again(other)]).toEqual([[people[0]], [people[1]]]);
  });
});

describe('what an operator has ordered', () => {
  it.each([
    ['a pause', (id: string) => ok(world.on.api('POST', `/campaigns/${id}/pause`, {}))],
    // The order alone: the request goes on to take everybody out, and is then answered.
    ['an early close', (id: string) => world.commands.execute(new CompleteCampaignCommand(id))],
  ] as const)('is seen by the next claim: %s, and the others go on', async (_, order) => {
    const others = numbers(2);
    const campaign = await world.campaign(numbers(3));
    const other = await world.campaign(others);
    await order(campaign);
    const claimed = await claim();
    expect(claimed(campaign)).toEqual([]);
    expect(claimed(other)).toEqual(others);
  });

  it('is seen by the next claim: a pause in the middle, and its end', async () => {
    const people = numbers(3);
    const campaign = await world.campaign(people, { maxConcurrentCalls: 1 });
    expect((await claim())(campaign)).toEqual([people[0]]);
    await ok(world.on.api('POST', `/campaigns/${campaign}/pause`, {}));
    await limit(campaign, 10);
    expect((await claim())(campaign)).toEqual([]);
    await ok(world.on.api('POST', `/campaigns/${campaign}/resume`));
    expect((await claim())(campaign)).toEqual(expect.arrayContaining(people.slice(1)));
  });

  it('is seen by the next claim: a stop of everything, until it is lifted', async () => {
    const people = numbers(3);
    const campaign = await world.campaign(people);
    await ok(world.on.api('POST', '/operations/stop', { reason: 'a test' }));
    expect((await claim())(campaign)).toEqual([]);
    await ok(world.on.api('POST', '/operations/resume'));
    expect((await claim())(campaign)).toEqual(people);
  });

  it("is seen by the next claim: a campaign's limit made lower than what is live", async () => {
    const campaign = await world.campaign(numbers(9), { maxConcurrentCalls: 4 });
    expect((await claim())(campaign)).toHaveLength(4);
    await limit(campaign, 2);
    expect((await claim())(campaign)).toEqual([]);
    await end(campaign, 2);
    expect((await claim())(campaign)).toEqual([]);
    await end(campaign, 1);
    expect((await claim())(campaign)).toHaveLength(1);
  });

  it('is seen by the next claim: the limit of all campaigns together', async () => {
    const one = await world.campaign(numbers(3), { maxConcurrentCalls: 3 });
    expect((await claim())(one)).toHaveLength(3);
    const other = await world.campaign(numbers(5), { maxConcurrentCalls: 5 });
    await settings({ maxConcurrentCalls: 3 });
    expect((await claim())(other)).toEqual([]);
    await settings({ maxConcurrentCalls: 4 });
    expect((await claim())(other)).toHaveLength(1);
    await settings({ maxConcurrentCalls: 0 });
    await end(one, 3);
    expect((await claim())(other)).toEqual([]);
  });
});

describe('who may not be called', () => {
  it('is not claimed: a number put on the do-not-call list, in any campaign', async () => {
    const [unwanted, neighbour, elsewhere] = numbers(3) as [string, string, string];
    const one = await world.campaign([unwanted, neighbour]);
    const other = await world.campaign([unwanted, elsewhere]);
    await ok(world.on.api('POST', '/suppressions', { phoneNumber: unwanted }));
    const claimed = await claim();
    expect(claimed(one)).toEqual([neighbour]);
    expect(claimed(other)).toEqual([elsewhere]);
  });

  it('is not claimed: somebody whom an import let in while their number was being put on the list', async () => {
    const [unwanted, neighbour] = numbers(2) as [string, string];
    const campaign = await world.campaign([neighbour]);
    await ok(world.on.api('POST', '/suppressions', { phoneNumber: unwanted }));
    await world.on.database.api.rows(
      `INSERT INTO contacts (id, campaign_id, phone_number, next_attempt_at, created_at)
       SELECT gen_random_uuid(), campaign_id, $2, next_attempt_at, created_at FROM contacts WHERE campaign_id = $1 RETURNING id`,
      [campaign, unwanted],
    );
    expect((await claim())(campaign)).toEqual([neighbour]);
    const dismissed = await world.on.database.api.row(
      `SELECT state, disposition, attempts_count FROM contacts WHERE phone_number = $1`,
      [unwanted],
    );
    expect(dismissed).toEqual({ state: 'not_reached', disposition: 'suppressed', attempts_count: 0 });
  });

  it('is not claimed: whoever has opted out in another campaign', async () => {
    const [unwanted, neighbour] = numbers(2) as [string, string];
    const spoken = await world.campaign([unwanted]);
    const attemptId = await world.claimed(await world.contact(unwanted, spoken));
    const providerCallId = await world.offered(attemptId);
    const campaign = await world.campaign([unwanted, neighbour]);
    const turn = (nth: number, input: HandleTurnCommand['input']) =>
      world.commands.execute(new HandleTurnCommand(attemptId, nth, providerCallId, input, 'human'));
    await turn(0, { kind: 'silence' });
    expect(await turn(1, { kind: 'keys', keys: '9' })).toMatchObject({ result: 'applied' });
    // The call itself is over: it is not the number's call that keeps the other campaign back.
    await end(spoken, 1);
    const claimed = await claim();
    expect(claimed(campaign)).toEqual([neighbour]);
    expect(claimed(spoken)).toEqual([]);
  });

  it('is not claimed: whoever was withdrawn', async () => {
    const [unwanted, neighbour] = numbers(2) as [string, string];
    const campaign = await world.campaign([unwanted, neighbour]);
    await ok(world.on.api('POST', `/contacts/${await world.contact(unwanted)}/withdraw`));
    expect((await claim())(campaign)).toEqual([neighbour]);
  });
});

/** Calls of the campaign that are over; their contacts are for good. */
async function end(campaignId: string, count: number): Promise<void> {
  const ended = await world.on.database.dialling.transaction(async (tx) => {
    const rows = await tx.rows<{ contact: string }>(
      `UPDATE call_attempts SET status = 'ended', ended_at = claimed_at,
              outcome = CASE WHEN status = 'claimed' THEN 'canceled' ELSE 'failed' END
        WHERE id IN (SELECT id FROM call_attempts WHERE campaign_id = $1 AND status <> 'ended' ORDER BY id LIMIT $2)
       RETURNING contact_id AS contact`,
      [campaignId, count],
    );
    await tx.rows(
      `UPDATE contacts SET state = 'not_reached', disposition = 'withdrawn', state_before_claim = NULL, version = version + 1
        WHERE id = ANY ($1) AND state = 'in_progress' RETURNING id`,
      [rows.map(({ contact }) => contact)],
    );
    return rows;
  });
  expect(ended).toHaveLength(count);
}
