import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CloneCampaignCommand } from '../../src/campaign/clone-campaign/clone-campaign.command.js';
import { CreateCampaignCommand } from '../../src/campaign/create-campaign/create-campaign.command.js';
import { CampaignRows } from '../../src/campaign/campaign-rows.js';
import { CampaignWorld, refusal, SURVEY } from './campaign-world.js';

let world: CampaignWorld;
beforeAll(async () => {
  world = await CampaignWorld.open();
});
afterAll(() => world.close());

describe('creating a campaign', () => {
  it('stores an empty body as a draft with every default', async () => {
    const id = await world.handlers().create.execute(new CreateCampaignCommand({}));
    expect(await world.view(id)).toMatchObject({
      id,
      name: '',
      status: 'draft',
      closing: false,
      simulated: null,
      language: 'en-US',
      completion: 'auto',
      defaultTimezone: null,
      defaultRegion: 'US',
      callerId: null,
      survey: null,
      surveyVersion: null,
      startsAt: null,
      endsAt: null,
      version: 1,
    });
    expect(await world.events(id)).toEqual([
      { type: 'campaign.created.v1', version: 1, payload: { name: '', clonedFrom: null } },
    ]);
  });

  it('gives back what was written, complete and in the notation of requests', async () => {
    const id = await world.create({
      language: 'it-IT',
      callerId: '+39 06 1234 5678',
      startsAt: '2026-12-01T09:00:00+01:00',
      policy: { retry: { busy: ['5m', '30m'] }, callingWindow: { days: ['mon'], to: '24:00' } },
    });
    expect(await world.view(id)).toMatchObject({
      callerId: '+390612345678',
      defaultRegion: 'IT',
      startsAt: new Date('2026-12-01T08:00:00Z'),
      survey: SURVEY,
      surveyVersion: 1,
      policy: {
        maxAttempts: 3,
        callingWindow: { days: ['mon'], from: '09:00', to: '24:00', holidays: [] },
        retry: { busy: ['5m', '30m'], no_answer: ['2h', '4h', '24h'] },
      },
    });
  });

  it('refuses a body with every problem of every part at once, and stores nothing', async () => {
    const before = await world.db.api.rows(`SELECT id FROM campaigns`);
    const answer = await refusal(
      world.create({
        name: 7,
        language: 'engl ish',
        defaultTimezone: 'Nowhere/Land',
        callerId: '0',
        completion: 'later',
        endsAt: 'tomorrow',
        colour: 'green',
        survey: { questions: [{ key: 'a', type: 'riddle', text: 'x' }] },
        policy: { maxAttempts: 0 },
      }),
    );
    expect(answer.code).toBe('validation_failed');
    expect(answer.problems.toSorted()).toEqual(
      [
        'name: must_be_text',
        'colour: unknown_field',
        'completion: not_permitted',
        'language: invalid_language',
        'defaultTimezone: invalid_timezone',
        'callerId: phone_invalid',
        'endsAt: invalid_instant',
        'survey.questions[0].type: not_permitted',
        'policy.maxAttempts: too_small',
      ].toSorted(),
    );
    expect(await world.db.api.rows(`SELECT id FROM campaigns`)).toEqual(before);
  });

  it.each([[[]], ['text'], [5]])('takes %j for no campaign', async (body) => {
    const work = world.handlers().create.execute(new CreateCampaignCommand(body));
    expect((await refusal(work)).problems).toEqual([': must_be_object']);
  });
});

describe('editing a draft', () => {
  it('writes the next version of the survey and one event for what changed', async () => {
    const id = await world.create();
    const survey = { ...SURVEY, closing: 'Goodbye.' };
    await world.edit(id, { name: 'Renamed', survey });
    expect(await world.view(id)).toMatchObject({ name: 'Renamed', survey, surveyVersion: 2, version: 2 });
    expect((await world.events(id)).at(-1)).toEqual({
      type: 'campaign.edited.v1',
      version: 2,
      payload: { fields: ['name', 'survey'] },
    });
  });

  it('stores nothing when nothing differs', async () => {
    const id = await world.create();
    await world.edit(id, { name: 'Customer satisfaction', survey: SURVEY, policy: { maxAttempts: 3 } });
    await world.edit(id, {});
    expect(await world.view(id)).toMatchObject({ version: 1, surveyVersion: 1 });
    expect(await world.events(id)).toHaveLength(1);
  });

  it('leaves an event of its own for a changed policy, each with its version', async () => {
    const id = await world.create();
    await world.edit(id, { completion: 'manual', policy: { maxAttempts: 5 } });
    const [, edited, policy] = await world.events(id);
    expect(edited).toMatchObject({ type: 'campaign.edited.v1', version: 2 });
    expect(policy).toMatchObject({
      type: 'campaign.policy_changed.v1',
      version: 3,
      payload: { before: { maxAttempts: 3 }, after: { maxAttempts: 5, retry: { lost: ['15m'] } } },
    });
    expect((await world.view(id)).version).toBe(3);
  });

  it('makes the next version for a new language, and takes a survey away', async () => {
    const id = await world.create();
    await world.edit(id, { language: 'it' });
    expect(await world.view(id)).toMatchObject({ language: 'it', survey: SURVEY, surveyVersion: 2 });
    await world.edit(id, { survey: null });
    expect((await world.view(id)).survey).toBeNull();
  });

  it('loses no field when two edits come at once', async () => {
    const id = await world.create();
    await Promise.all([
      world.edit(id, { name: 'One' }),
      world.edit(id, { completion: 'manual' }),
      world.edit(id, { policy: { maxAttempts: 9 } }),
      world.edit(id, { policy: { ringSeconds: 60 } }),
    ]);
    expect(await world.view(id)).toMatchObject({
      name: 'One',
      completion: 'manual',
      policy: { maxAttempts: 9, ringSeconds: 60 },
      version: 5,
    });
  });

  it('answers campaign_not_found for a campaign that is not there', async () => {
    expect((await refusal(world.edit(world.ids.next(), {}))).code).toBe('campaign_not_found');
  });
});

describe('cloning', () => {
  it('copies survey, policy and settings into a new draft, but neither people nor dates', async () => {
    const { id } = await world.started({ policy: { maxAttempts: 7 }, endsAt: '2027-01-01T00:00:00Z' });
    const copy = await world.handlers().clone.execute(new CloneCampaignCommand(id, null));
    expect(await world.view(copy)).toMatchObject({
      name: 'Customer satisfaction (copy)',
      status: 'draft',
      simulated: null,
      callerId: '+12025550199',
      survey: SURVEY,
      surveyVersion: 1,
      policy: { maxAttempts: 7 },
      endsAt: null,
      version: 1,
    });
    expect((await world.handlers().preflight.of(copy)).open).toBe(0);
    const named = await world.handlers().clone.execute(new CloneCampaignCommand(id, 'Second wave'));
    expect((await world.view(named)).name).toBe('Second wave');
  });
});

describe('the list', () => {
  it('is in pages, newest first, and by status', async () => {
    const ids: string[] = [];
    for (let day = 1; day <= 3; day++) {
      world.clock.advance(1_000);
      ids.unshift(await world.create({ name: `Listed ${day}` }));
    }
    const { campaigns } = world.handlers();
    const first = await campaigns.list({ limit: 2 });
    expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const second = await campaigns.list({ limit: 1, cursor: first.nextCursor! });
    expect(second.items.map(({ id }) => id)).toEqual(ids.slice(2));
    const running = await campaigns.list({ limit: 500, status: 'running' });
    expect(running.items.every(({ status }) => status === 'running')).toBe(true);
    expect(running.nextCursor).toBeNull();
  });
});

describe('what other rooms read', () => {
  it('has the region of numbers filled in', async () => {
    const id = await world.create({ language: 'it', callerId: null });
    const rows = new CampaignRows();
    const read = await world.db.api.transaction((tx) => rows.read(tx, id));
    expect(read).toMatchObject({ id, status: 'draft', defaultRegion: 'IT', closingAt: null, carrier: null });
    expect(read.policy.retryMs.lost).toEqual([900_000]);
    const missing = world.db.api.transaction((tx) => rows.holdForShare(tx, world.ids.next()));
    expect((await refusal(missing)).code).toBe('campaign_not_found');
  });
});
