import { CampaignPolicyChanged } from '../../src/campaign/contracts/events.js';
import { OnCampaignPolicyChanged } from '../../src/contact/recall-deferred/on-campaign-policy-changed.subscriber.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CompleteCampaignCommand } from '../../src/campaign/complete-campaign/complete-campaign.command.js';
import { CreateCampaignCommand } from '../../src/campaign/create-campaign/create-campaign.command.js';
import { PauseCampaignCommand } from '../../src/campaign/pause-campaign/pause-campaign.command.js';
import { ReopenCampaignCommand } from '../../src/campaign/reopen-campaign/reopen-campaign.command.js';
import { ResumeCampaignCommand } from '../../src/campaign/resume-campaign/resume-campaign.command.js';
import { StartCampaignCommand } from '../../src/campaign/start-campaign/start-campaign.command.js';
import { TestCampaignCommand } from '../../src/campaign/test-campaign/test-campaign.command.js';
import { passDialGate } from '../../src/shared/db/locks.js';
import { HangUpCallsCommand, PlaceTestCallCommand } from '../../src/telephony/contracts/commands.js';
import { CampaignWorld, refusal, START } from './campaign-world.js';

let world: CampaignWorld;
beforeAll(async () => {
  world = await CampaignWorld.open();
});
afterAll(() => world.close());

function start(id: string): Promise<void> {
  return world.handlers().start.execute(new StartCampaignCommand(id));
}
function pause(id: string, hangUp = false): Promise<void> {
  return world.handlers().pause.execute(new PauseCampaignCommand(id, hangUp));
}
function resume(id: string, carrier = 'simulator'): Promise<void> {
  return world.handlers(carrier).resume.execute(new ResumeCampaignCommand(id));
}
function complete(id: string): Promise<void> {
  return world.handlers().complete.execute(new CompleteCampaignCommand(id));
}
function reopen(id: string, endsAt?: string | null): Promise<void> {
  return world.handlers().reopen.execute(new ReopenCampaignCommand(id, endsAt));
}

describe('start', () => {
  it('refuses an incomplete draft with every reason at once', async () => {
    const id = await world
      .handlers()
      .create.execute(new CreateCampaignCommand({ endsAt: '2026-11-01T00:00:00Z' }));
    expect(await refusal(start(id))).toMatchObject({
      code: 'campaign_not_startable',
      problems: [
        'name: required',
        'survey.introduction: required',
        'survey.questions: required',
        'contacts: no_contacts',
        'callerId: no_caller_id',
        'endsAt: in_the_past',
      ],
    });
    expect(await world.view(id)).toMatchObject({ status: 'draft', version: 1 });
  });

  it('refuses a campaign whose people are all suppressed, and one whose people have no zone', async () => {
    const suppressed = await world.create();
    await world.suppress('+12025559001');
    await world.addContact(suppressed, { phoneNumber: '+12025559001' });
    expect((await refusal(start(suppressed))).problems).toEqual(['contacts: all_suppressed']);

    const zoneless = await world.create({ defaultTimezone: null });
    await world.addContact(zoneless);
    await world.addContact(zoneless, { phoneNumber: '+12025559001' });
    expect((await refusal(start(zoneless))).problems).toEqual(['defaultTimezone: unknown_timezone']);
    await world.addContact(zoneless, { timezone: 'America/New_York' });
    await start(zoneless);
  });

  it('refuses a window that never meets the legal hours', async () => {
    const id = await world.create({ policy: { callingWindow: { from: '22:00', to: '06:00' } } });
    await world.addContact(id);
    expect((await refusal(start(id))).problems).toEqual(['policy.callingWindow: never_open']);
  });

  it('does not count test contacts', async () => {
    const id = await world.create();
    await world.addContact(id, { isTest: true });
    expect((await refusal(start(id))).problems).toEqual(['contacts: no_contacts']);
  });

  it('binds the campaign to its carrier and freezes its survey', async () => {
    const { id } = await world.started();
    expect(await world.view(id)).toMatchObject({
      status: 'running',
      simulated: true,
      startedAt: new Date(START),
      version: 2,
    });
    expect((await world.events(id)).at(-1)).toMatchObject({
      type: 'campaign.started.v1',
      version: 2,
      payload: { carrier: 'simulator', contacts: 1 },
    });
  });

  it('takes the caller id of the installation where the campaign has none', async () => {
    const id = await world.create({ callerId: null });
    await world.addContact(id);
    const { start: onTwilio } = world.handlers('ACcarrier', '+12025550100');
    await onTwilio.execute(new StartCampaignCommand(id));
    expect((await world.view(id)).simulated).toBe(false);
  });

  it('starts once when two ask at the same time', async () => {
    const id = await world.create();
    await world.addContact(id);
    const answers = await Promise.allSettled([start(id), start(id)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await world.events(id)).toHaveLength(2);
  });
});

describe('transitions', () => {
  it('go from running to paused and back, each with its event', async () => {
    const { id } = await world.started();
    world.clock.advance(1_000);
    await pause(id);
    expect(await world.view(id)).toMatchObject({ status: 'paused', pausedAt: await world.clock.now() });
    await resume(id);
    expect(await world.view(id)).toMatchObject({ status: 'running', pausedAt: null });
    expect((await world.events(id)).map(({ type, version }) => [type, version])).toEqual([
      ['campaign.created.v1', 1],
      ['campaign.started.v1', 2],
      ['campaign.paused.v1', 3],
      ['campaign.resumed.v1', 4],
    ]);
  });

  it('that are illegal are refused, naming the legal ones, and change nothing', async () => {
    const draft = await world.create();
    const { id: running } = await world.started();
    const { id: paused } = await world.started();
    await pause(paused);
    const refusals = await Promise.all([
      refusal(pause(draft)),
      refusal(reopen(draft)),
      refusal(start(running)),
      refusal(resume(running)),
      refusal(pause(paused)),
    ]);
    expect(refusals.map(({ code, legal }) => [code, legal])).toEqual([
      ['illegal_transition', ['start']],
      ['illegal_transition', ['start']],
      ['illegal_transition', ['pause', 'complete']],
      ['illegal_transition', ['pause', 'complete']],
      ['illegal_transition', ['resume', 'complete']],
    ]);
    expect(refusals[2]!.message).toBe('Cannot start a campaign that is running; possible: pause, complete.');
    expect((await world.view(running)).version).toBe(2);
  });

  it('of a campaign of another carrier stop at resume', async () => {
    const { id } = await world.started();
    await pause(id);
    expect((await refusal(resume(id, 'ACother'))).code).toBe('carrier_mismatch');
    expect((await world.view(id)).status).toBe('paused');
  });

  it('of an unknown campaign answer campaign_not_found', async () => {
    const id = world.ids.next();
    for (const ask of [start, pause, resume, complete, reopen]) {
      expect((await refusal(ask(id))).code).toBe('campaign_not_found');
    }
  });
});

describe('pause', () => {
  it('hangs up after its commit when asked to', async () => {
    const { id } = await world.started();
    const { id: silent } = await world.started();
    world.sent.length = 0;
    await pause(silent);
    expect(world.sent).toEqual([]);
    await pause(id, true);
    expect(world.sent).toEqual([new HangUpCallsCommand({ campaignId: id })]);
  });

  it('waits for a dial that has passed the gate, and is stamped after it', async () => {
    const { id } = await world.started();
    let paused: Promise<void> | undefined;
    await world.db.dialling.transaction(async (tx) => {
      await passDialGate(tx);
      paused = pause(id);
      // The dial's own read, while pause is waiting for the gate.
      await waitingForAdvisoryLock();
      const seen = await tx.row<{ status: string }>(`SELECT status FROM campaigns WHERE id = $1`, [id]);
      expect(seen).toEqual({ status: 'running' });
      world.clock.advance(500);
    });
    await paused;
    expect((await world.view(id)).pausedAt).toEqual(await world.clock.now());
  });
});

async function waitingForAdvisoryLock(): Promise<void> {
  for (;;) {
    const waiting = await world.db.api.row(
      `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    if (waiting !== undefined) return;
  }
}

describe('a campaign under way', () => {
  it('takes a new policy at once, audited, and nothing that is said or from whom', async () => {
    const { id } = await world.started();
    await world.edit(id, { name: 'Renamed', policy: { maxConcurrentCalls: 2 } });
    expect(await world.view(id)).toMatchObject({
      name: 'Renamed',
      policy: { maxConcurrentCalls: 2 },
      version: 4,
    });
    const answer = await refusal(world.edit(id, { survey: {}, callerId: '+12025550100', name: 'No' }));
    expect(answer).toMatchObject({
      code: 'campaign_not_editable',
      problems: ['callerId: not_editable', 'survey: not_editable'],
    });
    expect((await refusal(world.edit(id, { endsAt: '2026-11-01T00:00:00Z' }))).problems).toEqual([
      'endsAt: in_the_past',
    ]);
    expect((await world.view(id)).name).toBe('Renamed');
  });

  it('holds the dial gate for a narrower policy only', async () => {
    const { id } = await world.started();
    let narrower: Promise<void> | undefined;
    await world.db.dialling.transaction(async (tx) => {
      await passDialGate(tx);
      await world.edit(id, { policy: { maxConcurrentCalls: 50 } });
      narrower = world.edit(id, { policy: { maxConcurrentCalls: 5 } });
      await waitingForAdvisoryLock();
    });
    await narrower;
    expect((await world.view(id)).policy.maxConcurrentCalls).toBe(5);
  });

  it('makes contacts that waited for the old window due again, by its event', async () => {
    const { id, contactId } = await world.started();
    const until = new Date('2026-11-24T14:00:00Z');
    await world.db.dialling.transaction((tx) =>
      world.contacts.defer(tx, [{ contactId, until, windowClosed: true }]),
    );
    await world.edit(id, { policy: { callingWindow: { from: '08:00' } } });
    const changed = world.db.committed.findLast(({ type }) => type === CampaignPolicyChanged.type)!;
    expect(changed.campaignId).toBe(id);
    const reaction = new OnCampaignPolicyChanged(world.db.dialling, world.contacts);
    await reaction.handle({ ...changed, id: '1', position: 1 });
    expect((await world.contact(contactId))?.next_attempt_at).toEqual(new Date(START));
  });
});

describe('preflight', () => {
  it('says what start would refuse and whom it would skip', async () => {
    const id = await world.create({ callerId: null, defaultTimezone: null });
    await world.suppress('+12025559010');
    await world.addContact(id, { phoneNumber: '+12025559010', timezone: 'America/New_York' });
    await world.addContact(id);
    await world.addContact(id, { timezone: 'America/New_York' });
    await world.addContact(id, { timezone: 'America/Los_Angeles' });
    await world.addContact(id, { timezone: 'Asia/Tokyo' });
    const busy = await world.started();
    await world.putInCall(busy.contactId);
    const { phone_number: phoneNumber } = (await world.db.api.row<{ phone_number: string }>(
      `SELECT phone_number FROM contacts WHERE id = $1`,
      [busy.contactId],
    ))!;
    await world.addContact(id, { phoneNumber, timezone: 'America/New_York' });
    const at = await world.clock.now();
    expect(await world.handlers().preflight.of(id)).toEqual({
      startable: false,
      problems: [expect.objectContaining({ field: 'callerId', code: 'no_caller_id' })],
      open: 6,
      callableNow: 1,
      skipped: [
        { reason: 'suppressed', contacts: 1, forGood: true },
        { reason: 'unknown_timezone', contacts: 1, forGood: true },
        // 07:00 in Los Angeles, 00:00 in Tokyo.
        { reason: 'outside_calling_window', contacts: 2, forGood: false },
        { reason: 'number_in_call', contacts: 1, forGood: false },
      ],
      at,
    });
  });

  it('says of a running campaign that it cannot be started', async () => {
    const { id } = await world.started();
    const { startable, problems } = await world.handlers().preflight.of(id);
    expect(startable).toBe(false);
    expect(problems.map(({ field, code }) => `${field}: ${code}`)).toEqual(['status: illegal_transition']);
  });
});

describe('a test call', () => {
  function call(id: string, phoneNumber: string, carrier = 'simulator') {
    return world.handlers(carrier).testCall.execute(new TestCampaignCommand(id, phoneNumber));
  }

  it('is placed with the number normalised by the region of the campaign', async () => {
    const id = await world.create();
    world.sent.length = 0;
    expect(await call(id, '(202) 555-0123')).toEqual({ attemptId: 'attempt', contactId: 'contact' });
    expect(world.sent).toEqual([new PlaceTestCallCommand(id, '+12025550123')]);
  });

  it('is refused for a number that is none, a survey that is not ready, another carrier', async () => {
    const id = await world.create({ survey: null, callerId: null });
    expect((await refusal(call(id, '12'))).problems).toEqual(['phoneNumber: phone_invalid']);
    expect(await refusal(call(id, '+12025550123'))).toMatchObject({
      code: 'campaign_not_startable',
      problems: ['survey.introduction: required', 'survey.questions: required', 'callerId: no_caller_id'],
    });
    const { id: running } = await world.started();
    expect((await refusal(call(running, '+12025550123', 'ACother'))).code).toBe('carrier_mismatch');
  });
});
