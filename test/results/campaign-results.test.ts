import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CampaignProgressController } from '../../src/results/campaign-progress/campaign-progress.controller.js';
import { CampaignResultsController } from '../../src/results/campaign-results/campaign-results.controller.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { TestClock } from '../support/test-clock.js';
import { AT, ResultRows, type RowContact } from './result-rows.js';

const LATER = '2026-11-23T08:00:00.000Z';

const CONTACTS: RowContact[] = [
  { state: 'pending' },
  { state: 'in_progress', calls: [{ status: 'ringing' }] },
  { state: 'not_reached', disposition: 'busy', nextAttemptAt: LATER, calls: [{ outcome: 'busy' }] },
  {
    state: 'completed',
    disposition: 'completed',
    calls: [{ outcome: 'no_answer' }, { outcome: 'completed', correctedFrom: 'hung_up' }],
    interview: { answers: { satisfaction: 5, recommend: true, visits: 12 } },
  },
  {
    state: 'completed',
    disposition: 'completed',
    calls: [{ outcome: 'completed' }],
    interview: { answers: { satisfaction: 2, recommend: true, visits: 0 } },
    superseded: { answers: { satisfaction: 1, recommend: false } },
  },
  { state: 'refused', disposition: 'opted_out', calls: [{ outcome: 'refused' }] },
  {
    state: 'not_reached',
    disposition: 'no_answer',
    calls: [{ outcome: 'hung_up' }, { outcome: 'canceled' }, { outcome: 'no_answer' }],
    interview: { answers: { satisfaction: 3 } },
  },
  { state: 'not_reached', disposition: 'machine', calls: [{ outcome: 'machine', fax: true }] },
  { state: 'not_reached', disposition: 'machine', name: 'Ada', calls: [{ outcome: 'machine' }] },
  { state: 'not_reached', disposition: 'failed', calls: [{ outcome: 'failed', errorCode: '603' }] },
  { state: 'not_reached', disposition: 'suppressed' },
  {
    state: 'completed',
    disposition: 'completed',
    isTest: true,
    calls: [{ outcome: 'completed' }],
    interview: { answers: { satisfaction: 1, recommend: false, visits: 99 } },
  },
];

describe('results and progress of a campaign', () => {
  let db: TestDatabase;
  let campaignId: string;
  let emptyId: string;
  let results: CampaignResultsController;
  let progress: CampaignProgressController;

  beforeAll(async () => {
    db = await openTestDatabase();
    await db.api.transaction(async (tx) => {
      const rows = new ResultRows(tx);
      campaignId = await rows.campaign('running');
      for (const contact of CONTACTS) await rows.contact(campaignId, contact);
      emptyId = await rows.campaign('completed', `AC${'0'.repeat(32)}`);
      const other = await rows.campaign('running');
      await rows.contact(other, { state: 'refused', calls: [{ outcome: 'refused' }] });
    });
    const clock = new TestClock(AT);
    results = new CampaignResultsController(db.api, clock);
    progress = new CampaignProgressController(db.api, clock);
  });
  afterAll(() => db.close());

  it('counts contacts by state, without those of test calls and of other campaigns', async () => {
    const body = await progress.progress(campaignId);
    expect(body.contacts).toEqual({
      total: 11,
      pending: 1,
      inProgress: 1,
      completed: 2,
      refused: 1,
      notReached: { total: 6, retryScheduled: 1, final: 5 },
    });
    expect(body).toMatchObject({
      campaignId,
      status: 'running',
      closing: false,
      simulated: true,
      open: 3,
      percentDone: 72.7,
      nextAttemptAt: new Date(AT),
      asOf: new Date(AT),
      completedAt: null,
    });
  });

  it('counts live calls by status and ended ones by their corrected outcome', async () => {
    const { calls } = await progress.progress(campaignId);
    expect(calls.live).toMatchObject({ total: 1, byStatus: { ringing: 1, in_progress: 0 } });
    expect(calls.ended.byOutcome).toMatchObject({
      completed: 2,
      refused: 1,
      hung_up: 1,
      canceled: 1,
      no_answer: 2,
      busy: 1,
      machine: 2,
      failed: 1,
    });
    expect(calls.total).toBe(11);
  });

  it('codes every final contact once and lists open and suppressed ones apart', async () => {
    const { cases, contacts, interim } = await results.results(campaignId, {});
    expect(cases.codes.map(({ code, contacts: count }) => [code, count])).toEqual([
      ['1.1', 2],
      ['2.112', 1],
      ['2.12', 1],
      ['2.22', 1],
      ['4.20', 1],
      ['3.15', 1],
    ]);
    expect(cases).toMatchObject({ open: 3, excluded: 1 });
    expect(contacts).toBe(11);
    expect(interim).toBe(true);
  });

  it('gives the rates over the final cases, with the e they rest on', async () => {
    const body = await results.results(campaignId, {});
    expect(body.eligibility).toEqual({ e: 5 / 6, method: 'proportional' });
    expect(body.rates.RR1).toEqual({ numerator: 2, denominator: 6, value: 2 / 6 });
    expect(body.rates.COOP1).toEqual({ numerator: 2, denominator: 4, value: 0.5 });
    expect(body.rates.RR3.denominator).toBeCloseTo(5 + 5 / 6);
    const given = await results.results(campaignId, { e: 0 });
    expect(given.eligibility).toEqual({ e: 0, method: 'given' });
    expect(given.rates.RR3).toEqual({ numerator: 2, denominator: 5, value: 0.4 });
  });

  it('counts the answers of current interviews, not of superseded ones or of test calls', async () => {
    const { questions, survey } = await results.results(campaignId, {});
    expect(survey).toEqual({ version: 3, language: 'en-US' });
    expect(questions.map(({ key, answered, mean, min, max }) => ({ key, answered, mean, min, max }))).toEqual(
      [
        { key: 'satisfaction', answered: 3, mean: 10 / 3, min: 2, max: 5 },
        { key: 'recommend', answered: 2, mean: null, min: null, max: null },
        { key: 'visits', answered: 2, mean: 6, min: 0, max: 12 },
      ],
    );
    expect(questions[0]!.distribution.map(({ value, answers }) => [value, answers])).toEqual([
      [1, 0],
      [2, 1],
      [3, 1],
      [4, 0],
      [5, 1],
    ]);
    expect(questions[1]!.distribution).toEqual([
      { value: true, label: 'yes', answers: 2, share: 1 },
      { value: false, label: 'no', answers: 0, share: 0 },
    ]);
    expect(questions[2]!.distribution.map(({ value }) => value)).toEqual([0, 12]);
  });

  it('gives every outcome of the ended calls', async () => {
    const { calls } = await results.results(campaignId, {});
    expect(calls).toMatchObject({ completed: 2, busy: 1, no_answer: 2, lost: 0, canceled: 1 });
  });

  it('says that a campaign on a real carrier is not simulated, and stays silent about rates without cases', async () => {
    const body = await results.results(emptyId, {});
    expect(body).toMatchObject({ simulated: false, interim: false, contacts: 0, standings: [] });
    expect(body.rates.RR1).toEqual({ numerator: 0, denominator: 0, value: null });
    expect(body.eligibility.e).toBeNull();
    expect((await progress.progress(emptyId)).percentDone).toBeNull();
  });

  it('refuses a campaign that does not exist', async () => {
    const unknown = '00000000-0000-4000-8000-ffffffffffff';
    await expect(results.results(unknown, {})).rejects.toMatchObject({ code: 'campaign_not_found' });
    await expect(progress.progress(unknown)).rejects.toMatchObject({ code: 'campaign_not_found' });
  });
});
