import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApplyCallSignalCommand } from '../../src/telephony/facts/apply-call-signal.command.js';
import { HandleTurnCommand } from '../../src/telephony/turn/handle-turn.command.js';
import { OPEN_POLICY } from '../support/campaigns.js';
import { DialWorld } from './dial-world.js';

let world: DialWorld;
beforeAll(async () => {
  world = await DialWorld.open({ SETTLE_DELAY_MS: '0' });
  // The slot rows exist from the first dial on; the tests below hold them.
  const { attemptId } = await world.onePerson();
  await world.place(attemptId);
});
afterAll(() => world.close());

interface Scene {
  attemptId: string;
  /** Stops the dial of the attempt: a request of an operator, or a person's word. */
  act(): Promise<unknown>;
  /** A row the act needs after it has taken the gate, and the dial does not need. */
  hold: [sql: string, parameters: unknown[]];
  /** The event whose stamp no dial may carry a later one than. */
  event: string;
}

const ok = async (reply: Promise<{ status: number; body: unknown }>) => {
  const { status, body } = await reply;
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
};

const lockCampaign = (id: string): Scene['hold'] => [
  'SELECT 1 FROM campaigns WHERE id = $1 FOR UPDATE',
  [id],
];
const lockSettings: Scene['hold'] = ['SELECT 1 FROM settings FOR UPDATE', []];
const lockContact = (id: string): Scene['hold'] => ['SELECT 1 FROM contacts WHERE id = $1 FOR UPDATE', [id]];

/** The same number in another campaign: its contact must be taken out as well, and is not part of the dial. */
async function namesake(number: string): Promise<string> {
  return world.contact(number, await world.campaign([number]));
}

const STOPS: Record<string, () => Promise<Scene>> = {
  'a pause': async () => {
    const { campaignId, attemptId } = await world.onePerson();
    const act = () => ok(world.on.api('POST', `/campaigns/${campaignId}/pause`, {}));
    return { attemptId, act, hold: lockCampaign(campaignId), event: 'campaign.paused.v1' };
  },
  'an early close': async () => {
    const { campaignId, attemptId } = await world.onePerson();
    const act = () => ok(world.on.api('POST', `/campaigns/${campaignId}/complete`));
    return { attemptId, act, hold: lockCampaign(campaignId), event: 'campaign.closing.v1' };
  },
  'a calling window made narrower': async () => {
    const { campaignId, attemptId } = await world.onePerson();
    // The clock of the tests shows Sunday.
    const callingWindow = { ...OPEN_POLICY.callingWindow, days: ['mon'] };
    const act = () => ok(world.on.api('PATCH', `/campaigns/${campaignId}`, { policy: { callingWindow } }));
    return { attemptId, act, hold: lockCampaign(campaignId), event: 'campaign.policy_changed.v1' };
  },
  "a campaign's limit lowered to what is on the line": async () => {
    const numbers = [world.number(), world.number()] as const;
    const campaignId = await world.campaign([...numbers]);
    await world.offered(await world.claimed(await world.contact(numbers[0])));
    const attemptId = await world.claimed(await world.contact(numbers[1]));
    const act = () =>
      ok(world.on.api('PATCH', `/campaigns/${campaignId}`, { policy: { maxConcurrentCalls: 1 } }));
    return { attemptId, act, hold: lockCampaign(campaignId), event: 'campaign.policy_changed.v1' };
  },
  'a stop of everything': async () => {
    const { attemptId } = await world.onePerson();
    const act = () => ok(world.on.api('POST', '/operations/stop', { reason: 'a test' }));
    return { attemptId, act, hold: lockSettings, event: 'settings.stopped.v1' };
  },
  'the global limit lowered to nothing': async () => {
    const { attemptId } = await world.onePerson();
    const act = () => ok(world.on.api('PATCH', '/operations/settings', { maxConcurrentCalls: 0 }));
    return { attemptId, act, hold: lockSettings, event: 'settings.changed.v1' };
  },
  'a number put on the do-not-call list': async () => {
    const { number, attemptId } = await world.onePerson();
    const act = () => ok(world.on.api('POST', '/suppressions', { phoneNumber: number }));
    return { attemptId, act, hold: lockContact(await namesake(number)), event: 'suppression.added.v1' };
  },
  'an opt-out in another campaign': async () => {
    const number = world.number();
    const spoken = await callThatEnded(number);
    const other = await namesake(number);
    const attemptId = await world.claimed(await world.contact(number, await world.campaign([number])));
    const act = () => pressNine(spoken);
    return { attemptId, act, hold: lockContact(other), event: 'suppression.added.v1' };
  },
};

/** A call whose person consented to nothing yet when the line went down; the late key will be theirs. */
async function callThatEnded(number: string): Promise<{ attemptId: string; providerCallId: string }> {
  const contactId = await world.contact(number, await world.campaign([number]));
  const attemptId = await world.claimed(contactId);
  const providerCallId = await world.offered(attemptId);
  const silence = { kind: 'silence' as const };
  await world.commands.execute(new HandleTurnCommand(attemptId, 0, providerCallId, silence, 'human'));
  const completed = { kind: 'completed' as const, answeredBy: null, errorCode: null };
  await world.commands.execute(new ApplyCallSignalCommand(attemptId, providerCallId, completed, 'webhook'));
  expect(await world.settled(attemptId)).toMatchObject({ outcome: 'hung_up' });
  return { attemptId, providerCallId };
}

async function pressNine(call: { attemptId: string; providerCallId: string }): Promise<void> {
  const nine = { kind: 'keys' as const, keys: '9' };
  const reply = await world.commands.execute(
    new HandleTurnCommand(call.attemptId, 1, call.providerCallId, nine, null),
  );
  expect(reply.result).toBe('applied');
}

async function undo(): Promise<void> {
  await world.on.api('POST', '/operations/resume');
  await world.on.api('PATCH', '/operations/settings', { maxConcurrentCalls: 50 });
}

describe.each(Object.keys(STOPS))('%s', (name) => {
  it('that is under way keeps a dial waiting at the gate, and then from being made', async () => {
    const { attemptId, act, hold } = await STOPS[name]!();
    const barrier = await world.hold(...hold);
    const stopping = act();
    await barrier.blocks();
    const dialling = world.place(attemptId);
    const waited = await world.waitsAtTheGate(dialling);
    await barrier.release();
    await stopping;
    const report = await dialling;
    expect(waited).toBe(true);
    // Given back by this dial, or by what the stop itself has set off a moment before.
    expect(['canceled', 'passed_over']).toContain(report.kind);
    expect(await world.attempt(attemptId)).toMatchObject({
      outcome: 'canceled',
      dialing_at: null,
      offers: 0,
    });
    expect(world.creates(attemptId)).toBe(0);
    await undo();
  });

  it('waits for a dial that has passed the gate, and is stamped after it', async () => {
    const { attemptId, act, event } = await STOPS[name]!();
    const barrier = await world.hold(`SELECT 1 FROM dial_slots WHERE lane LIKE 'account:%' FOR UPDATE`);
    const dialling = world.place(attemptId);
    await barrier.blocks();
    const stopping = act();
    const waited = await world.waitsAtTheGate(stopping);
    await barrier.release();
    await Promise.all([dialling, stopping]);
    expect(waited).toBe(true);
    const { dialing_at: dialledAt } = await world.attempt(attemptId);
    const stamp = await world.on.database.api.row<{ at: Date }>(
      `SELECT occurred_at AS at FROM domain_events WHERE type = $1 ORDER BY id DESC LIMIT 1`,
      [event],
    );
    expect(dialledAt!.getTime()).toBeLessThanOrEqual(stamp!.at.getTime());
    expect(world.creates(attemptId)).toBe(1);
    await undo();
  });
});

describe('a withdrawal', () => {
  it('that is under way keeps the dial of the same person from being made', async () => {
    const { attemptId, contactId } = await world.onePerson();
    const barrier = await world.hold(...lockContact(contactId));
    const withdrawing = ok(world.on.api('POST', `/contacts/${contactId}/withdraw`));
    await barrier.blocks();
    const dialling = world.place(attemptId);
    const waited = await world.waitsAtTheGate(dialling);
    await barrier.release();
    await Promise.all([withdrawing, dialling]);
    expect(waited).toBe(true);
    expect(await world.attempt(attemptId)).toMatchObject({ outcome: 'canceled', offers: 0 });
    expect(world.creates(attemptId)).toBe(0);
  });
});

describe('an opt-out', () => {
  it('is stored in time although the gate is busy for longer than a person waits', async () => {
    const number = world.number();
    const spoken = await callThatEnded(number);
    const gate = await world.hold('SELECT pg_advisory_xact_lock_shared(8880, 2)');
    const begun = performance.now();
    await pressNine(spoken);
    const took = performance.now() - begun;
    await gate.release();
    // It was really held up by the gate, and still answered before the carrier would have given up.
    expect(took).toBeGreaterThan(1_000);
    expect(took).toBeLessThan(4_000);
    expect(
      await world.on.database.api.row('SELECT source FROM suppressions WHERE phone_number = $1', [number]),
    ).toEqual({ source: 'opt_out' });
    const contact = await world.on.database.api.row(
      `SELECT state, disposition FROM contacts WHERE phone_number = $1`,
      [number],
    );
    expect(contact).toEqual({ state: 'refused', disposition: 'opted_out' });
  });
});

describe('a claimed attempt that the carrier has put off', () => {
  it.each([
    ['a pause', 'claimed', (id: string) => world.on.api('POST', `/campaigns/${id}/pause`, {})],
    ['an early close', 'claimed', (id: string) => world.on.api('POST', `/campaigns/${id}/complete`)],
    ['a stop', 'ended', () => world.on.api('POST', '/operations/stop', {})],
  ] as const)('is given back by %s at once, and not when its time comes', async (_, bystanders, act) => {
    const { attemptId, campaignId } = await world.onePerson();
    const bystander = await world.onePerson();
    const later = new Date((await world.on.clock.now()).getTime() + 3_600_000);
    await world.on.database.api.rows(
      `UPDATE call_attempts SET not_before = $2 WHERE id = ANY ($1) RETURNING id`,
      [[attemptId, bystander.attemptId], later],
    );
    expect((await act(campaignId)).status).toBe(200);
    await expect
      .poll(async () => (await world.attempt(attemptId)).outcome, { timeout: 10_000 })
      .toBe('canceled');
    await expect
      .poll(async () => (await world.attempt(bystander.attemptId)).status, { timeout: 10_000 })
      .toBe(bystanders);
    await undo();
  });
});
