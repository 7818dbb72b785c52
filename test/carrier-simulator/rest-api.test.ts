import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createCarrier, type CarrierSimulator } from '../../src/carrier-simulator/carrier.js';
import { eventually } from './eventually.js';
import { account, sdkClient } from './sdk-client.js';

const from = '+12025550199';
const ringing = '+12025550110';
const busy = '+12025550111';
const twiml = '<Response><Pause length="60"/></Response>';

let carrier: CarrierSimulator;
let url: string;
let client: ReturnType<typeof sdkClient>;

beforeAll(async () => {
  carrier = createCarrier({
    ...account,
    speed: 100,
    people: {
      numbers: { [ringing]: { kind: 'noAnswer' }, [busy]: { kind: 'busy' } },
      mix: { silent: 1 },
    },
  });
  ({ url } = await carrier.start());
  client = sdkClient(url);
});

afterEach(() => carrier.setFaults([]));
afterAll(() => carrier.stop());

const status = async (sid: string) => (await client.calls(sid).fetch()).status;

describe('the Calls resource, through the SDK', () => {
  it('creates a call that is queued, and fetches it with every field the SDK reads', async () => {
    const call = await client.calls.create({ to: ringing, from, twiml, timeout: 20 });
    expect(call).toMatchObject({
      accountSid: account.accountSid,
      to: ringing,
      from,
      status: 'queued',
      direction: 'outbound-api',
      apiVersion: '2010-04-01',
      queueTime: '0',
      startTime: null,
      endTime: null,
      duration: null,
      price: null,
      answeredBy: null,
    });
    expect(call.sid).toMatch(/^CA[0-9a-f]{32}$/);
    expect(Math.abs(call.dateCreated.getTime() - Date.now())).toBeLessThan(5000);
    await eventually(() => status(call.sid)).toBe('no-answer');
    const ended = await client.calls(call.sid).fetch();
    expect(ended.startTime).toBeInstanceOf(Date);
    expect(ended.endTime).toBeInstanceOf(Date);
    expect(ended.subresourceUris).toHaveProperty('events');
  });

  it('gives an answered call a duration', async () => {
    const call = await client.calls.create({ to: '+12025550112', from, twiml: '<Response/>' });
    await eventually(() => status(call.sid)).toBe('completed');
    expect((await client.calls(call.sid).fetch()).duration).toMatch(/^\d+$/);
  });

  it('lists by number, status and day, newest first, page after page', async () => {
    const to = '+12025550113';
    const sids: string[] = [];
    for (let count = 0; count < 5; count += 1)
      sids.push((await client.calls.create({ to, from, twiml })).sid);
    const listed = await client.calls.list({ to, from, pageSize: 2, limit: 10 });
    expect(listed.map((call) => call.sid)).toEqual(sids.toReversed());
    await eventually(
      async () => (await client.calls.list({ to, status: 'completed', limit: 10 })).length,
    ).toBe(5);
    const yesterday = new Date(Date.now() - 86_400_000);
    expect(await client.calls.list({ to, startTimeAfter: yesterday, limit: 10 })).toHaveLength(5);
    expect(await client.calls.list({ to, startTimeBefore: yesterday, limit: 10 })).toHaveLength(0);
    expect(await client.calls.list({ to, from: '+12025550198', limit: 10 })).toHaveLength(0);
  });

  it('does not shift its pages when calls are created meanwhile', async () => {
    const to = '+12025550114';
    for (let count = 0; count < 4; count += 1) await client.calls.create({ to, from, twiml });
    const first = await client.calls.page({ to, pageSize: 2 });
    await client.calls.create({ to, from, twiml });
    const second = await first.nextPage();
    const sids = [...first.instances, ...(second?.instances ?? [])].map((call) => call.sid);
    expect(new Set(sids).size).toBe(4);
    expect(await second?.nextPage()).toBeUndefined();
  });

  it('remembers which numbers were rung twice at once, and no others', async () => {
    const [once, twice] = ['+12025550116', '+12025550117'];
    const first = await client.calls.create({ to: once, from, twiml: '<Response/>' });
    await eventually(() => status(first.sid)).toBe('completed');
    await Promise.all([once, twice, twice].map((to) => client.calls.create({ to, from, twiml })));
    expect(carrier.summary().numbersRungTwiceAtOnce).toContain(twice);
    expect(carrier.summary().numbersRungTwiceAtOnce).not.toContain(once);
  });

  it('cancels a call that nobody has answered yet, once', async () => {
    const call = await client.calls.create({ to: ringing, from, twiml, timeout: 600 });
    await eventually(() => status(call.sid)).toBe('ringing');
    expect((await client.calls(call.sid).update({ status: 'canceled' })).status).toBe('canceled');
    await expect(client.calls(call.sid).update({ status: 'canceled' })).rejects.toMatchObject({
      status: 400,
      code: 21220,
    });
  });

  it('completes a call in progress, which can no longer be canceled', async () => {
    const call = await client.calls.create({ to: '+12025550115', from, twiml: twiml.replace('60', '600') });
    await eventually(() => status(call.sid)).toBe('in-progress');
    await expect(client.calls(call.sid).update({ status: 'canceled' })).rejects.toMatchObject({
      code: 21220,
    });
    expect((await client.calls(call.sid).update({ status: 'completed' })).status).toBe('completed');
    expect(carrier.calls().find(({ sid }) => sid === call.sid)).toMatchObject({ endedBy: 'api' });
  });

  it('lets calls above its rate wait, and says how long', async () => {
    const slow = createCarrier({ ...account, speed: 100, callsPerSecond: 1, people: { mix: { busy: 1 } } });
    const paced = sdkClient((await slow.start()).url);
    const created = await Promise.all([0, 1, 2].map(() => paced.calls.create({ to: busy, from, twiml })));
    expect(Math.max(...created.map((call) => Number(call.queueTime)))).toBeGreaterThan(300);
    await eventually(() => slow.summary().byStatus).toEqual({ busy: 3 });
    const starts = slow.calls().map((call) => Date.parse(call.startedAt ?? ''));
    expect(starts[2]! - starts[0]!).toBeGreaterThan(300);
    await slow.stop();
  });
});

describe('errors, as the SDK throws them', () => {
  it('401 with 20003 for wrong credentials, and an API key is as good as the token', async () => {
    const wrong = sdkClient(url, { password: 'wrong' });
    await expect(wrong.calls.list({ limit: 1 })).rejects.toMatchObject({ status: 401, code: 20003 });
    const { sid, secret } = account.apiKey;
    const byKey = sdkClient(url, { user: sid, password: secret });
    expect(await byKey.calls.list({ limit: 1 })).toBeInstanceOf(Array);
  });

  it('404 with 20404 for another account and for an unknown call', async () => {
    const other = sdkClient(url, { accountSid: `AC${'9'.repeat(32)}` });
    await expect(other.calls.list({ limit: 1 })).rejects.toMatchObject({ status: 404, code: 20404 });
    const unknown = client.calls(`CA${'0'.repeat(32)}`).fetch();
    await expect(unknown).rejects.toMatchObject({ status: 404, code: 20404 });
  });

  it.each([
    ['+15005550001', from, 21217],
    ['+15005550002', from, 21214],
    ['+15005550003', from, 21215],
    ['+15005550004', from, 21216],
    [busy, '+15005550001', 21212],
    [busy, '+15005550007', 21210],
    ['12', from, 21211],
  ])('to %s from %s is refused with %i, and no call is made', async (to, caller, code) => {
    const placed = carrier.summary().placed;
    const refused = client.calls.create({ to, from: caller, twiml });
    const moreInfo = `https://www.twilio.com/docs/errors/${code}`;
    await expect(refused).rejects.toMatchObject({ status: 400, code, moreInfo });
    expect(carrier.summary().placed).toBe(placed);
    const entry = (await carrier.entries()).findLast(({ type }) => type === 'create.answered');
    expect(entry).toMatchObject({ sid: null, httpStatus: 400, code });
  });

  it('404 and 400 in the same format outside the resource', async () => {
    const authorization = `Basic ${btoa(`${account.accountSid}:${account.authToken}`)}`;
    const unknown = await fetch(`${url}/2010-04-01/Accounts/${account.accountSid}/Faxes.json`, {
      headers: { authorization },
    });
    expect(await unknown.json()).toMatchObject({ code: 20404, status: 404 });
    const put = (path: string, body: string) =>
      fetch(`${url}/simulator/${path}`, {
        method: 'PUT',
        headers: { authorization, 'content-type': 'application/json' },
        body,
      });
    expect(await (await put('people', '{"mix":')).json()).toMatchObject({ code: 20001, status: 400 });
    expect(await (await put('faults', '[{"fault":"fire"}]')).json()).toMatchObject({ code: 20001 });
    expect((await fetch(`${url}/simulator/ledger`)).status).toBe(401);
  });
});

describe('a faulty carrier', () => {
  const placedTo = (to: string) => carrier.calls().filter((call) => call.to === to).length;

  it.each([
    ['rateLimited', '+12025553000', { status: 429, code: 20429 }, 0],
    ['errorBefore', '+12025553001', { status: 500, code: 20500 }, 0],
    ['errorAfterPlacing', '+12025553002', { status: 500, code: 20500 }, 1],
    ['truncated201', '+12025553003', { name: 'SyntaxError' }, 1],
    ['timeoutBefore', '+12025553004', { code: 'ECONNABORTED' }, 0],
    ['timeoutAfterPlacing', '+12025553005', { code: 'ECONNABORTED' }, 1],
    ['resetBefore', '+12025553006', { code: 'ECONNRESET' }, 0],
    ['resetAfterPlacing', '+12025553007', { code: 'ECONNRESET' }, 1],
  ] as const)('%s on %s is thrown as %o with %i calls placed', async (fault, to, error, placed) => {
    carrier.setFaults([{ fault, to, times: 1 }]);
    const hasty = sdkClient(url, { timeoutMs: 300 });
    await expect(hasty.calls.create({ to, from, twiml })).rejects.toMatchObject(error);
    expect(placedTo(to)).toBe(placed);
    const entry = (await carrier.entries()).findLast(({ type }) => type === 'create.answered');
    expect(entry).toMatchObject({ fault, sid: carrier.calls().find((call) => call.to === to)?.sid ?? null });
    expect((await hasty.calls.create({ to, from, twiml })).status).toBe('queued');
  });

  it('answers late though the call rings already', async () => {
    const to = '+12025554444';
    carrier.setFaults([{ fault: 'slow', to, ms: 400 }]);
    const pending = client.calls.create({ to, from, twiml });
    await eventually(() => placedTo(to)).toBe(1);
    const call = await pending;
    expect(call.status).not.toBe('queued');
  });

  it('in an outage answers nothing but 503, or resets every connection', async () => {
    carrier.setFaults([{ fault: 'outage' }]);
    await expect(client.calls.list({ limit: 1 })).rejects.toMatchObject({ status: 503, code: 20503 });
    await expect(client.calls.create({ to: busy, from, twiml })).rejects.toMatchObject({ status: 503 });
    carrier.setFaults([{ fault: 'outage', by: 'reset' }]);
    await expect(client.calls.list({ limit: 1 })).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('shows new calls in lists only after a while', async () => {
    const to = '+12025554445';
    carrier.setFaults([{ fault: 'listDelay', ms: 400 }]);
    const { sid } = await client.calls.create({ to, from, twiml });
    expect(await client.calls.list({ to, limit: 5 })).toHaveLength(0);
    expect((await client.calls(sid).fetch()).sid).toBe(sid);
    await eventually(async () => (await client.calls.list({ to, limit: 5 })).length).toBe(1);
  });
});
