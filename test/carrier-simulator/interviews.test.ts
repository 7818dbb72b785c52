import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCarrier, type CarrierSimulator } from '../../src/carrier-simulator/carrier.js';
import type { LedgerEntry } from '../../src/carrier-simulator/ledger/entry.js';
import type { Person } from '../../src/carrier-simulator/phone/person.js';
import { eventually } from './eventually.js';
import { account, sdkClient } from './sdk-client.js';
import { startApplication, surveyHandlers, type Application, type Handler } from './survey-application.js';

const from = '+12025550199';
let carrier: CarrierSimulator;
let client: ReturnType<typeof sdkClient>;
let application: Application;
let answers: string[];
let calls = 0;

beforeAll(async () => {
  carrier = createCarrier({ ...account, speed: 200, seed: 'interviews' });
  client = sdkClient((await carrier.start()).url);
});

beforeEach(() => {
  answers = [];
});

afterEach(() => application.stop());
afterAll(() => carrier.stop());

/** Rings one person and waits for the end of the call, as the carrier sees it. */
async function ring(
  person: Person,
  handlers: Record<string, Handler> = surveyHandlers(answers),
  order: Partial<Parameters<typeof client.calls.create>[0]> = {},
) {
  application = await startApplication(handlers);
  calls += 1;
  const to = `+1202555${String(1000 + calls)}`;
  carrier.setPeople({ numbers: { [to]: person } });
  const { sid } = await client.calls.create({ to, from, url: `${application.url}/voice`, ...order });
  await eventually(() => carrier.calls().find((call) => call.sid === sid)?.endedAt).not.toBeNull();
  return sid;
}

const summary = (sid: string) => carrier.calls().find((call) => call.sid === sid)!;

async function entries<T extends LedgerEntry['type']>(sid: string, type: T) {
  const found = (await carrier.entries()).filter(
    (entry) => 'sid' in entry && entry.sid === sid && entry.type === type,
  );
  return found as Extract<LedgerEntry, { type: T }>[];
}

describe('people in an interview', () => {
  it('complete it: every answer is one the question allows, every webhook is signed as the SDK expects', async () => {
    const sid = await ring({ kind: 'completes' });
    expect(answers).toHaveLength(4);
    expect(answers[0]).toBe('1');
    expect(answers[1]).toMatch(/^[1-5]$/);
    expect(answers[2]).toMatch(/^[12]$/);
    expect(answers[3]).toMatch(/^[1-9][0-9]$/);
    expect(application.received.every((webhook) => webhook.signatureValid)).toBe(true);
    expect(application.at('/voice')[0]?.params).toMatchObject({
      CallSid: sid,
      AccountSid: account.accountSid,
      CallStatus: 'in-progress',
      Direction: 'outbound-api',
      ApiVersion: '2010-04-01',
      From: from,
      ToCountry: 'US',
    });
    expect(summary(sid)).toMatchObject({
      consent: 'yes',
      status: 'completed',
      endedBy: 'document',
      person: 'completes',
    });
    expect(summary(sid).meant.map(({ keys }) => keys.replace('#', ''))).toEqual(answers);
  });

  it('hear every prompt, and the ledger keeps the words', async () => {
    const sid = await ring({ kind: 'completes' });
    const heard = await entries(sid, 'call.heard');
    expect(heard).toHaveLength(5);
    expect(heard[1]?.texts[0]).toMatch(/^From 1 to 5/);
    expect(heard[1]?.gather).toMatchObject({ numDigits: 1, timeoutSeconds: 5, actionOnEmptyResult: true });
    expect(heard[4]).toMatchObject({ texts: ['Thank you. Goodbye.'], gather: null });
  });

  it.each([
    [{ kind: 'refusesConsent' }, ['2'], 'no'],
    [{ kind: 'optsOut' }, ['9'], 'optOut'],
  ] as const)('%o ends it at the consent', async (person, given, consent) => {
    const sid = await ring(person);
    expect(answers).toEqual(given);
    expect(summary(sid)).toMatchObject({ consent, status: 'completed' });
  });

  it('hang up in the middle: no webhook of the unanswered prompt, only the end of the call', async () => {
    const sid = await ring({ kind: 'hangsUp', afterAnswers: 2 });
    expect(answers).toHaveLength(2);
    expect(application.at('/turn')).toHaveLength(2);
    expect(summary(sid)).toMatchObject({ endedBy: 'callee', status: 'completed' });
  });

  it('press a wrong key first and are asked again', async () => {
    const sid = await ring({ kind: 'wrongKeysFirst' });
    expect(answers).toHaveLength(4);
    expect(application.at('/turn')).toHaveLength(8);
    expect((await entries(sid, 'call.meant')).filter(({ intent }) => intent === 'mistake')).toHaveLength(4);
  });

  it('follow a script, silence included', async () => {
    await ring({ kind: 'completes', keys: ['7', '1', '', '5', '1', '42'] });
    expect(answers).toEqual(['1', '5', '1', '42']);
  });

  it('are rung again as somebody else where the script says so', async () => {
    const sid = await ring({ kind: 'busy', later: [{ kind: 'refusesConsent' }] });
    const { to } = summary(sid);
    expect(summary(sid)).toMatchObject({ status: 'busy', person: 'busy', ordinal: 0 });
    const again = await client.calls.create({ to, from, url: `${application.url}/voice` });
    await eventually(() => summary(again.sid).status).toBe('completed');
    expect(summary(again.sid)).toMatchObject({ person: 'refusesConsent', ordinal: 1, consent: 'no' });
  });

  it('hang up in the instant of the last key: its webhook and the end arrive, in any order', async () => {
    const sid = await ring({ kind: 'completes', hangUpAfterLastKey: 4 });
    await eventually(() => answers.length).toBe(4);
    expect(summary(sid)).toMatchObject({ endedBy: 'callee', status: 'completed' });
    expect((await entries(sid, 'call.heard')).some(({ gather }) => gather === null)).toBe(false);
  });
});

describe('a gather', () => {
  const once = (attributes: Parameters<VoiceResponse['gather']>[0]): Record<string, Handler> => ({
    '/voice': () => {
      const response = new VoiceResponse();
      response.gather({ timeout: 2, numDigits: 1, ...attributes }).say('Press 1 for yes, 2 for no.');
      response.redirect('/fell-through');
      return response;
    },
    '/pressed': () => new VoiceResponse(),
    '/fell-through': () => new VoiceResponse(),
  });

  it('falls through on silence', async () => {
    await ring({ kind: 'silent' }, once({ action: '/pressed' }));
    expect(application.received.map(({ path }) => path)).toEqual(['/voice', '/fell-through']);
  });

  it('requests its action without digits on silence where it is told to', async () => {
    await ring({ kind: 'silent' }, once({ action: '/pressed', actionOnEmptyResult: true }));
    expect(application.received.map(({ path }) => path)).toEqual(['/voice', '/pressed']);
    expect(application.at('/pressed')[0]?.params).toMatchObject({ Digits: '' });
  });

  it('takes the finishing key alone for silence', async () => {
    await ring({ kind: 'completes', keys: ['#'] }, once({ action: '/pressed' }));
    expect(application.received.map(({ path }) => path)).toEqual(['/voice', '/fell-through']);
  });

  it('gives the action the digits without the finishing key', async () => {
    await ring({ kind: 'completes', keys: ['42#'] }, once({ action: '/pressed', numDigits: 5 }));
    expect(application.at('/pressed')[0]?.params).toMatchObject({ Digits: '42', msg: 'Gather End' });
  });

  it('may use GET, which signs the query and nothing else', async () => {
    await ring({ kind: 'completes' }, once({ action: '/pressed?turn=1', method: 'GET' }));
    const [pressed] = application.at('/pressed');
    expect(pressed?.query.get('Digits')).toBe('1');
    expect(pressed?.query.get('turn')).toBe('1');
    expect(pressed?.signatureValid).toBe(true);
  });

  it('hears words where keys are not taken', async () => {
    await ring({ kind: 'completes' }, once({ action: '/pressed', input: ['speech'], language: 'it-IT' }));
    expect(application.at('/pressed')[0]?.params).toMatchObject({ SpeechResult: 'sì', Confidence: '0.9' });
  });
});

describe('how a call ends', () => {
  it.each([
    [{ kind: 'busy' }, 'busy', 486, 'network'],
    [{ kind: 'failed' }, 'failed', 404, 'network'],
    [{ kind: 'noAnswer' }, 'no-answer', 487, 'ringTimeout'],
    [{ kind: 'declines', as: 'busy' }, 'busy', 603, 'callee'],
    [{ kind: 'declines', as: 'no-answer' }, 'no-answer', 603, 'callee'],
  ] as const)('%o as %s', async (person, status, sipResponseCode, endedBy) => {
    const sid = await ring(person);
    expect(summary(sid)).toMatchObject({ status, sipResponseCode, endedBy, answeredAt: null });
    expect(application.received).toEqual([]);
  });

  it('at its time limit', async () => {
    const sid = await ring({ kind: 'silent' }, { '/voice': endlessly }, { timeLimit: 30 });
    expect(summary(sid)).toMatchObject({ status: 'completed', endedBy: 'timeLimit' });
  });

  it('by the loop guard when the documents have no end', async () => {
    const again: Handler = () => ({ body: '<Response><Redirect>/voice</Redirect></Response>' });
    const sid = await ring({ kind: 'silent' }, { '/voice': again });
    expect(summary(sid)).toMatchObject({ endedBy: 'loopGuard' });
    expect(application.received).toHaveLength(500);
  });

  function endlessly(): VoiceResponse {
    const response = new VoiceResponse();
    response.say({ loop: 0 }, 'Please hold.');
    return response;
  }
});

describe('machine detection', () => {
  const handlers: Record<string, Handler> = {
    '/voice': () => ({ body: '<Response><Pause length="30"/></Response>' }),
    '/amd': () => ({ status: 204 }),
  };

  it('tells the voice URL who answered', async () => {
    const sid = await ring({ kind: 'machine' }, handlers, { machineDetection: 'Enable' });
    expect(application.at('/voice')[0]?.params).toMatchObject({ AnsweredBy: 'machine_start' });
    expect((await client.calls(sid).fetch()).answeredBy).toBe('machine_start');
  });

  it('finds a human in a human, and nothing at all where it was not asked for', async () => {
    await ring({ kind: 'silent' }, handlers, { machineDetection: 'Enable' });
    expect(application.at('/voice')[0]?.params).toMatchObject({ AnsweredBy: 'human' });
    await application.stop();
    await ring({ kind: 'machine' }, handlers);
    expect(application.at('/voice')[0]?.params).not.toHaveProperty('AnsweredBy');
  });

  it('asynchronously lets the conversation begin and reports later', async () => {
    const application = await startApplication(handlers);
    const amd = {
      machineDetection: 'Enable',
      asyncAmd: 'true',
      asyncAmdStatusCallback: `${application.url}/amd`,
    };
    const order = { ...amd, url: `${application.url}/voice` };
    const sid = await ring({ kind: 'machine' }, handlers, order);
    expect(application.at('/voice')[0]?.params).not.toHaveProperty('AnsweredBy');
    const [reported] = application.at('/amd');
    expect(reported?.signatureValid).toBe(true);
    expect(reported?.params).toEqual({
      CallSid: sid,
      AccountSid: account.accountSid,
      AnsweredBy: 'machine_start',
      MachineDetectionDuration: expect.stringMatching(/^\d+$/),
    });
    await application.stop();
  });
});
