import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { InterviewCall, InterviewStep } from '../../src/survey/contracts/interviews.js';
import { InterviewRows } from '../../src/survey/rows/interview-rows.js';
import { SequentialIds } from '../support/sequential-ids.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { addCall, addCampaign, addNextCall, AT, SURVEY } from './survey-fixture.js';

const ids = new SequentialIds();
const interviews = new InterviewRows(ids);
let db: TestDatabase;
let campaignId: string;

beforeAll(async () => {
  db = await openTestDatabase();
  campaignId = await addCampaign(db, ids);
});
afterAll(() => db.close());

const later = (seconds: number) => new Date(AT.getTime() + seconds * 1000);
const begin = (call: InterviewCall, at = AT) =>
  db.webhooks.transaction((tx) => interviews.begin(tx, call, at));
/** Keys, or null for silence. */
const press = (call: InterviewCall, keys: string | null, at = AT) =>
  db.webhooks.transaction((tx) =>
    interviews.advance(tx, call, keys === null ? { kind: 'silence' } : { kind: 'keys', keys }, at),
  );
const evidence = (contactId: string) => db.api.transaction((tx) => interviews.evidence(tx, contactId));

async function pressAll(call: InterviewCall, all: (string | null)[]): Promise<InterviewStep> {
  let last: InterviewStep | undefined;
  for (const keys of all) last = await press(call, keys);
  return last!;
}

const rowOf = (contactId: string) =>
  db.api.row<Record<string, unknown>>(
    `SELECT id, status, attempt_id AS "attemptId", version, consented_at AS "consentedAt", refusal,
            finished_at AS "finishedAt" FROM interviews WHERE contact_id = $1 AND superseded_at IS NULL`,
    [contactId],
  );
const answersOf = (contactId: string) =>
  db.api.rows<Record<string, unknown>>(
    `SELECT a.question_key AS key, a.question_type AS type, a.value, a.input_mode AS mode, a.raw_input AS raw,
            a.attempt_id AS "attemptId", a.answered_at AS at
       FROM answers a JOIN interviews i ON i.id = a.interview_id WHERE i.contact_id = $1 ORDER BY a.answered_at, a.id`,
    [contactId],
  );
const eventsOf = async (contactId: string) =>
  (
    await db.api.rows<{ type: string; version: number; payload: object; attemptId: string }>(
      `SELECT type, entity_version AS version, payload, attempt_id AS "attemptId" FROM domain_events
        WHERE contact_id = $1 AND entity_kind = 'interview' ORDER BY id`,
      [contactId],
    )
  ).map((event) => ({ ...event, type: event.type.replace(/^interview\.|\.v1$/g, '') }));

describe('an interview in the database', () => {
  it('stores consent and every answer, and completes', async () => {
    const call = await addCall(db, ids, campaignId);
    const first = await begin(call);
    expect(first.prompt.say[0]).toBe(SURVEY.introduction);
    expect(first.standing).toEqual({ kind: 'open' });
    await press(call, '1', later(10));
    await press(call, '4', later(20));
    await press(call, '2', later(30));
    await press(call, '2', later(40));
    const last = await press(call, '07#', later(50));

    expect(last).toEqual({
      prompt: { say: ['Thank you.'], language: 'en-US', listen: null },
      standing: { kind: 'completed' },
    });
    expect(await answersOf(call.contactId)).toEqual(
      [
        { key: 'satisfaction', type: 'scale', value: 4, raw: '4', at: later(20) },
        { key: 'recommend', type: 'yes_no', value: false, raw: '2', at: later(30) },
        { key: 'channel', type: 'choice', value: 'online', raw: '2', at: later(40) },
        { key: 'visits', type: 'numeric', value: 7, raw: '07#', at: later(50) },
      ].map((answer) => ({ ...answer, mode: 'dtmf', attemptId: call.attemptId })),
    );
    expect(await rowOf(call.contactId)).toMatchObject({
      status: 'completed',
      consentedAt: later(10),
      finishedAt: later(50),
      refusal: null,
      version: 7,
    });
    expect(await evidence(call.contactId)).toEqual({
      consented: true,
      answered: 4,
      isFinished: true,
      reachedPartialThreshold: true,
      status: 'completed',
    });
  });

  it('leaves one event per version, without a gap and without a value', async () => {
    const call = await addCall(db, ids, campaignId);
    await begin(call);
    await pressAll(call, ['1', '8', '*', '4', '1', null, null, null, '12']);
    const events = await eventsOf(call.contactId);
    expect(events.map(({ type, version }) => [type, version])).toEqual([
      ['started', 1],
      ['consented', 2],
      ['answered', 3],
      ['answered', 4],
      ['answered', 5],
      ['completed', 6],
    ]);
    expect(events.every(({ attemptId }) => attemptId === call.attemptId)).toBe(true);
    expect(events.map(({ payload }) => payload)).toEqual([
      { surveyId: call.surveyId },
      {},
      { questionKey: 'satisfaction' },
      { questionKey: 'recommend' },
      { questionKey: 'visits' },
      { answered: 3 },
    ]);
    expect(await rowOf(call.contactId)).toMatchObject({ version: 6, status: 'completed' });
  });

  it('keeps a refusal, its keys and its call', async () => {
    const call = await addCall(db, ids, campaignId);
    await begin(call);
    const step = await press(call, '2', later(9));
    expect(step.standing).toEqual({ kind: 'refused', neverAgain: false });
    expect(step.prompt.listen).toBeNull();
    expect(await rowOf(call.contactId)).toMatchObject({
      status: 'refused',
      refusal: { neverAgain: false, attemptId: call.attemptId, keys: '2' },
      finishedAt: later(9),
      consentedAt: null,
    });
    expect((await evidence(call.contactId)).status).toBe('refused');
  });

  it('keeps an opt-out apart from a refusal', async () => {
    const call = await addCall(db, ids, campaignId);
    await begin(call);
    expect((await press(call, '9')).standing).toEqual({ kind: 'refused', neverAgain: true });
    expect(await eventsOf(call.contactId)).toMatchObject([
      { type: 'started' },
      { type: 'refused', version: 2, payload: { neverAgain: true } },
    ]);
  });

  it('stays open after silence to the limit, for another call', async () => {
    const call = await addCall(db, ids, campaignId);
    await begin(call);
    const step = await pressAll(call, ['1', null, null, null]);
    expect(step.standing).toEqual({ kind: 'no_response' });
    expect(step.prompt.listen).toBeNull();
    expect((await press(call, '4')).standing).toEqual({ kind: 'no_response' });
    expect(await answersOf(call.contactId)).toEqual([]);
    expect(await evidence(call.contactId)).toMatchObject({ status: 'open', consented: true, answered: 0 });
  });

  it('knows of no evidence before anybody has answered', async () => {
    expect(await evidence(ids.next())).toMatchObject({ status: 'none', consented: false, answered: 0 });
  });

  it.each([['2'], ['9']])(
    'repeats the last words of a refusal by %s and changes nothing',
    async (refusal) => {
      const call = await addCall(db, ids, campaignId);
      await begin(call);
      const last = await press(call, refusal);
      const row = await rowOf(call.contactId);
      expect(await press(call, '1')).toEqual(last);
      expect(await press(call, null)).toEqual(last);
      expect(await begin(call)).toEqual(last);
      expect(await rowOf(call.contactId)).toEqual(row);
      expect(await eventsOf(call.contactId)).toHaveLength(2);
    },
  );

  it('repeats the closing of a completed interview and changes nothing', async () => {
    const call = await addCall(db, ids, campaignId);
    await begin(call);
    const last = await pressAll(call, ['1', '4', '1', '1', '3']);
    const row = await rowOf(call.contactId);
    expect(last.standing).toEqual({ kind: 'completed' });
    expect(await press(call, '9')).toEqual(last);
    expect(await rowOf(call.contactId)).toEqual(row);
    expect(await answersOf(call.contactId)).toHaveLength(4);
  });

  it('refuses a turn of a call that never began', async () => {
    const call = await addCall(db, ids, campaignId);
    await expect(press(call, '1')).rejects.toMatchObject({ code: 'not_found' });
    await begin(call);
    await expect(press({ ...call, attemptId: ids.next() }, '1')).rejects.toMatchObject({ code: 'not_found' });
    expect(await rowOf(call.contactId)).toMatchObject({ version: 1 });
  });

  it('stores nothing of a turn whose transaction fails', async () => {
    const call = await addCall(db, ids, campaignId);
    await begin(call);
    await press(call, '1');
    const failing = db.webhooks.transaction(async (tx) => {
      await interviews.advance(tx, call, { kind: 'keys', keys: '4' }, AT);
      throw new Error('the worker dies');
    });
    await expect(failing).rejects.toThrow('the worker dies');
    expect(await answersOf(call.contactId)).toEqual([]);
    expect((await press(call, '5')).prompt.say[0]).toBe('Would you recommend us?');
    expect(await answersOf(call.contactId)).toMatchObject([{ key: 'satisfaction', value: 5 }]);
  });
});

describe('the next call of an interview', () => {
  it('asks for consent again and goes on with the first unanswered question', async () => {
    const call = await addCall(db, ids, campaignId);
    await begin(call);
    await press(call, '1', later(5));
    await press(call, '4', later(10));
    const next = await addNextCall(db, ids, call);
    const first = await begin(next, later(3600));
    expect(first.prompt.say[0]).toBe(SURVEY.introduction);
    expect(await rowOf(call.contactId)).toMatchObject({ attemptId: next.attemptId, status: 'open' });
    expect((await press(next, '1', later(3610))).prompt.say[0]).toBe('Would you recommend us?');
    await press(next, '1', later(3620));

    expect((await answersOf(call.contactId)).map(({ key, attemptId }) => [key, attemptId])).toEqual([
      ['satisfaction', call.attemptId],
      ['recommend', next.attemptId],
    ]);
    expect(
      (await eventsOf(call.contactId)).map(({ type, version, payload }) => [type, version, payload]),
    ).toEqual([
      ['started', 1, { surveyId: call.surveyId }],
      ['consented', 2, {}],
      ['answered', 3, { questionKey: 'satisfaction' }],
      ['resumed', 4, { answered: 1 }],
      ['consented', 5, {}],
      ['answered', 6, { questionKey: 'recommend' }],
    ]);
    expect(await rowOf(call.contactId)).toMatchObject({ version: 6, consentedAt: later(5) });
  });

  it('gives prompts that ended the last call their tries again', async () => {
    const call = await addCall(db, ids, campaignId);
    await begin(call);
    await pressAll(call, [null, null, null]);
    const next = await addNextCall(db, ids, call);
    await begin(next);
    expect((await pressAll(next, [null, null, '1'])).prompt.say[0]).toBe('How satisfied?');
  });

  it('is not moved by a late key of the call before it', async () => {
    const call = await addCall(db, ids, campaignId);
    await begin(call);
    await press(call, '1');
    const next = await addNextCall(db, ids, call);
    await begin(next);
    const row = await rowOf(call.contactId);
    // 2 would answer the old call's question; at the new call's consent it would refuse.
    const late = await press(call, '2');
    expect(late.standing).toEqual({ kind: 'open' });
    expect(late.prompt.listen).toBeNull();
    expect(await rowOf(call.contactId)).toEqual(row);
    expect(await answersOf(call.contactId)).toEqual([]);
  });

  it('is ended by a late opt-out of the call before it', async () => {
    const call = await addCall(db, ids, campaignId);
    await begin(call);
    const next = await addNextCall(db, ids, call);
    await begin(next);
    expect((await press(call, '9')).standing).toEqual({ kind: 'refused', neverAgain: true });
    expect((await press(next, '1')).standing).toEqual({ kind: 'refused', neverAgain: true });
    expect(await rowOf(call.contactId)).toMatchObject({
      status: 'refused',
      refusal: { neverAgain: true, attemptId: call.attemptId },
    });
  });

  it('starts from nothing after a reset has superseded the interview', async () => {
    const call = await addCall(db, ids, campaignId);
    await begin(call);
    await pressAll(call, ['1', '4']);
    await db.api.rows(
      `UPDATE interviews SET superseded_at = $2, attempt_id = NULL, version = version + 1 WHERE contact_id = $1`,
      [call.contactId, AT],
    );
    const next = await addNextCall(db, ids, call);
    await begin(next);
    expect((await press(next, '1')).prompt.say[0]).toBe('How satisfied?');
    expect(await evidence(call.contactId)).toMatchObject({ answered: 0, status: 'open' });
  });
});

describe('the language of an interview', () => {
  it('is the survey’s, in the contact’s own variety where there is one', async () => {
    const british = await addCall(db, ids, campaignId, { contactLanguage: 'en-GB' });
    expect((await begin(british)).prompt.language).toBe('en-GB');
    expect((await press(british, '1')).prompt.language).toBe('en-GB');
    const italian = await addCall(db, ids, campaignId, { contactLanguage: 'it-IT' });
    expect((await begin(italian)).prompt.language).toBe('en-US');
  });

  it('speaks Italian where the survey does', async () => {
    const call = await addCall(db, ids, campaignId, { language: 'it-IT' });
    const { prompt } = await begin(call);
    expect(prompt.language).toBe('it-IT');
    expect(prompt.say[1]).toContain('prema 9');
    expect((await press(call, '1')).prompt.say[1]).toBe('Prema un tasto da 1 a 5.');
  });

  it('apologises in every language it has, and in no other', () => {
    expect(interviews.apology('it')).toMatchObject({ language: 'it-IT', listen: null });
    expect(interviews.apology('en-GB').say[0]).toContain('sorry');
    expect(interviews.apology('de-DE').say).toEqual([]);
  });
});

describe('two turns at once', () => {
  it('are fenced by the version: one answer per question, whatever the caller forgets to lock', async () => {
    const call = await addCall(db, ids, campaignId);
    await begin(call);
    await press(call, '1');
    const results = await Promise.allSettled([press(call, '4'), press(call, '4'), press(call, '4')]);
    expect(results.some(({ status }) => status === 'fulfilled')).toBe(true);
    const keys = (await answersOf(call.contactId)).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    const versions = (await eventsOf(call.contactId)).map(({ version }) => version);
    expect(versions).toEqual(versions.map((_, index) => index + 1));
    expect(await rowOf(call.contactId)).toMatchObject({ version: versions.length });
  });
});
