import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCarrier, type CarrierSimulator } from '../../src/carrier-simulator/carrier.js';
import { eventually } from './eventually.js';
import { account, sdkClient } from './sdk-client.js';
import { startApplication, surveyHandlers, type Application, type Handler } from './survey-application.js';

const to = '+12025550123';
const from = '+12025550199';
const everyEvent = ['initiated', 'ringing', 'answered', 'completed'];
const goodbye = '<Response><Say>Goodbye.</Say></Response>';

let carrier: CarrierSimulator;
let client: ReturnType<typeof sdkClient>;
let application: Application;

beforeEach(async () => {
  carrier = createCarrier({ ...account, speed: 100, people: { numbers: { [to]: { kind: 'completes' } } } });
  client = sdkClient((await carrier.start()).url);
});

afterEach(async () => {
  await carrier.stop();
  await application.stop();
});

async function ring(handlers: Record<string, Handler>, order: Record<string, unknown> = {}) {
  application = await startApplication(handlers);
  const status = { statusCallback: `${application.url}/status?attempt=7`, statusCallbackEvent: everyEvent };
  const { sid } = await client.calls.create({
    to,
    from,
    url: `${application.url}/voice`,
    ...status,
    ...order,
  });
  return sid;
}

async function ended(): Promise<void> {
  await eventually(() => carrier.summary().live).toBe(0);
}

const statuses = () =>
  application
    .at('/status')
    .toSorted((a, b) => Number(a.params['SequenceNumber']) - Number(b.params['SequenceNumber']))
    .map(({ params }) => params['CallStatus']);

describe('status callbacks', () => {
  it('tell every requested event once, signed, with time and place in the order', async () => {
    const sid = await ring(surveyHandlers());
    await eventually(() => application.at('/status').length).toBe(4);
    expect(statuses()).toEqual(['initiated', 'ringing', 'in-progress', 'completed']);
    const last = application.at('/status').find(({ params }) => params['CallStatus'] === 'completed');
    expect(last?.params).toMatchObject({
      CallSid: sid,
      AccountSid: account.accountSid,
      SequenceNumber: '3',
      CallbackSource: 'call-progress-events',
      SipResponseCode: '200',
      CallDuration: expect.stringMatching(/^\d+$/),
      Duration: expect.stringMatching(/^\d+$/),
      Timestamp: expect.stringMatching(/^\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} \+0000$/),
    });
    expect(application.received.every(({ signatureValid }) => signatureValid)).toBe(true);
    expect(last?.query.get('attempt')).toBe('7');
  });

  it('tell the end only, unless more was asked for', async () => {
    await ring(surveyHandlers(), { statusCallbackEvent: undefined });
    await ended();
    await eventually(() => statuses()).toEqual(['completed']);
    expect(application.at('/status')[0]?.params['SequenceNumber']).toBe('0');
  });

  it('stand in the ledger with the answer they got', async () => {
    const sid = await ring({ ...surveyHandlers(), '/status': () => ({ status: 500 }) });
    await eventually(() => application.at('/status').length).toBe(4);
    const answered = async () => {
      const entries = await carrier.entries();
      return entries.filter((entry) => entry.type === 'webhook.answered' && entry.kind === 'status');
    };
    await eventually(async () => (await answered()).length).toBe(4);
    expect((await answered())[0]).toMatchObject({ sid, httpStatus: 500, error: 'HTTP status 500', tries: 1 });
  });
});

it('every request about a call is among its events, through the SDK', async () => {
  const sid = await ring(surveyHandlers());
  await ended();
  await eventually(() => application.at('/status').length).toBe(4);
  const events = await client.calls(sid).events.list({ limit: 50 });
  expect(events).toHaveLength(application.received.length);
  const first = events.find(({ request }) => (request as { url: string }).url.includes('attempt=7'));
  expect(first?.request).toMatchObject({
    method: 'POST',
    parameters: { CallSid: sid, CallStatus: 'initiated' },
  });
  expect(first?.response).toMatchObject({ response_code: 204 });
});

describe('faulty callbacks', () => {
  it('are dropped', async () => {
    carrier.setFaults([{ fault: 'drop', to, callStatus: 'completed' }]);
    await ring(surveyHandlers());
    await ended();
    await eventually(() => application.at('/status').length).toBe(3);
    expect(statuses()).toEqual(['initiated', 'ringing', 'in-progress']);
  });

  it('are doubled and tripled', async () => {
    carrier.setFaults([{ fault: 'duplicate', copies: 2, callStatus: 'completed' }]);
    await ring(surveyHandlers());
    await eventually(() => application.at('/status').length).toBe(6);
    expect(statuses().filter((status) => status === 'completed')).toHaveLength(3);
  });

  it('are late', async () => {
    carrier.setFaults([{ fault: 'delay', ms: 300, callStatus: 'ringing' }]);
    await ring(surveyHandlers());
    await eventually(() => application.at('/status').length).toBe(4);
    const ringing = application.at('/status').findIndex(({ params }) => params['CallStatus'] === 'ringing');
    expect(ringing).toBeGreaterThan(1);
  });

  it('overtake one another', async () => {
    carrier.setFaults([{ fault: 'reorder', callStatus: 'ringing' }]);
    await ring(surveyHandlers());
    await eventually(() => application.at('/status').length).toBe(4);
    const entries = await carrier.entries();
    const sent = entries.flatMap((entry) =>
      entry.type === 'webhook.sent' && entry.kind === 'status' ? [entry] : [],
    );
    expect(sent.map(({ params }) => params['SequenceNumber'])).toEqual(['0', '2', '1', '3']);
  });

  it('repeat a turn, with one and the same key', async () => {
    carrier.setFaults([{ fault: 'duplicateTurn', times: 1 }]);
    await ring(surveyHandlers());
    await ended();
    const turns = application.at('/turn').filter(({ query }) => query.get('turn') === '0');
    expect(turns.map(({ params }) => params['Digits'])).toEqual(['1', '1']);
  });
});

describe('a webhook that fails', () => {
  const failing =
    (reply: ReturnType<Handler>, times = Infinity, good = goodbye): Handler =>
    () =>
      (times -= 1) >= 0 ? reply : { body: good };

  it('is repeated as the fragment of its URL asks, and the fragment is neither sent nor signed', async () => {
    application = await startApplication({ '/voice': failing({ status: 503 }, 2) });
    await client.calls.create({ to, from, url: `${application.url}/voice?attempt=8#rc=3&rp=ct,5xx&rt=4000` });
    await ended();
    expect(application.at('/voice')).toHaveLength(3);
    expect(application.at('/voice').every(({ signatureValid }) => signatureValid)).toBe(true);
    const tokens = application.at('/voice').map(({ headers }) => headers['i-twilio-idempotency-token']);
    expect(new Set(tokens).size).toBe(1);
    expect(carrier.calls().at(-1)).toMatchObject({ endedBy: 'document', twimlErrors: 0 });
  });

  it.each([
    ['a status 500', { status: 500 }, '11200'],
    ['a closed connection', { hangUp: true }, '11205'],
    ['another content type', { body: '<Response/>', contentType: 'application/json' }, '12300'],
    ['no XML', { body: 'sorry' }, '12100'],
    ['a verb that does not exist', { body: '<Response><Talk/></Response>' }, '12200'],
    ['too long a document', { body: `<Response><Say>${'a'.repeat(70_000)}</Say></Response>` }, '11750'],
  ])('by %s goes to the fallback', async (_what, reply, code) => {
    const handlers: Record<string, Handler> = {
      '/voice': () => reply,
      '/fallback': () => ({ body: goodbye }),
    };
    application = await startApplication(handlers);
    const url = `${application.url}/voice`;
    await client.calls.create({ to, from, url: `${url}#rc=0`, fallbackUrl: `${application.url}/fallback` });
    await ended();
    expect(application.at('/fallback')[0]?.params).toMatchObject({ ErrorCode: code, ErrorUrl: url });
    expect(carrier.calls().at(-1)).toMatchObject({ endedBy: 'document', twimlErrors: 1 });
    const error = (await carrier.entries()).find(({ type }) => type === 'twiml.error');
    expect(error).toMatchObject({ code: Number(code) });
  });

  it('ends the call as completed where there is no fallback, or that one fails too', async () => {
    await ring({ '/voice': failing({ status: 500 }) });
    await ended();
    expect(carrier.calls().at(-1)).toMatchObject({
      status: 'completed',
      endedBy: 'application',
      twimlErrors: 1,
    });
    await client.calls.create({
      to,
      from,
      url: `${application.url}/voice`,
      fallbackUrl: `${application.url}/voice?fallback`,
    });
    await ended();
    expect(carrier.calls().at(-1)).toMatchObject({
      status: 'completed',
      endedBy: 'application',
      twimlErrors: 2,
    });
  });

  it('is given up after its read timeout', async () => {
    let release = () => {};
    const after = new Promise<void>((resolve) => (release = resolve));
    application = await startApplication({ '/voice': () => ({ body: goodbye, after }) });
    await client.calls.create({ to, from, url: `${application.url}/voice#rt=100&rc=2&rp=rt` });
    await ended();
    expect(application.at('/voice')).toHaveLength(3);
    const answered = (await carrier.entries()).findLast(({ type }) => type === 'webhook.answered');
    expect(answered).toMatchObject({ httpStatus: null, error: 'no answer in time', tries: 3 });
    release();
  });

  it('to a port where nobody listens is tried twice', async () => {
    application = await startApplication({});
    await client.calls.create({ to, from, url: 'http://127.0.0.1:9/voice' });
    await ended();
    const answered = (await carrier.entries()).findLast(({ type }) => type === 'webhook.answered');
    expect(answered).toMatchObject({ httpStatus: null, error: 'ECONNREFUSED', tries: 2 });
  });
});
