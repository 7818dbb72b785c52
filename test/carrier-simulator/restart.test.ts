import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCarrier } from '../../src/carrier-simulator/carrier.js';
import { eventually } from './eventually.js';
import { compileCarrier, spawnCarrier } from './carrier-process.js';
import { account, sdkClient } from './sdk-client.js';
import { startApplication, surveyHandlers, type Application } from './survey-application.js';

const from = '+12025550199';
const talking = '+12025550101';
const ringing = '+12025550102';
const busy = '+12025550103';
const people = {
  numbers: { [talking]: { kind: 'silent' }, [ringing]: { kind: 'noAnswer' }, [busy]: { kind: 'busy' } },
} as const;

let directory: string;
let application: Application;
let build: ReturnType<typeof compileCarrier>;

beforeAll(() => {
  build = compileCarrier();
});
afterAll(() => build.remove());

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'carrier-test-'));
  application = await startApplication({
    ...surveyHandlers(),
    '/long': () => ({ body: '<Response><Pause length="600"/></Response>' }),
  });
});

afterEach(async () => {
  await application.stop();
  rmSync(directory, { recursive: true });
});

const order = (to: string) => ({
  to,
  from,
  url: `${application.url}/long`,
  timeout: 600,
  statusCallback: `${application.url}/status`,
  statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
});

const callbacks = (sid: string) =>
  application.at('/status').flatMap(({ params }) => (params['CallSid'] === sid ? [params] : []));

describe('a carrier that is restarted on its ledger', () => {
  it('still knows its calls, ends those that were live and says so to their customer', async () => {
    const options = { ...account, ledgerPath: join(directory, 'ledger.jsonl'), speed: 20, people };
    const before = createCarrier(options);
    const client = sdkClient((await before.start()).url);
    const [one, two, three] = await Promise.all(
      [talking, ringing, busy].map((to) => client.calls.create(order(to))),
    );
    const status = (sid: string) => before.calls().find((call) => call.sid === sid)?.status;
    await eventually(() => [one!, two!, three!].map(({ sid }) => status(sid))).toEqual([
      'in-progress',
      'ringing',
      'busy',
    ]);
    await eventually(() => callbacks(one!.sid).length).toBe(3);
    await before.stop();
    expect(callbacks(one!.sid).map((params) => params['CallStatus'])).not.toContain('completed');

    const after = createCarrier(options);
    const again = sdkClient((await after.start()).url);
    const fetched = await Promise.all([one!, two!, three!].map(({ sid }) => again.calls(sid).fetch()));
    expect(fetched.map((call) => call.status)).toEqual(['completed', 'failed', 'busy']);
    await eventually(() => callbacks(one!.sid).at(-1)).toMatchObject({
      CallStatus: 'completed',
      SequenceNumber: '3',
    });
    await eventually(() => callbacks(two!.sid).at(-1)).toMatchObject({
      CallStatus: 'failed',
      SequenceNumber: '2',
    });
    expect(new Map(after.calls().map((call) => [call.person, call.endedBy]))).toEqual(
      new Map([
        ['silent', 'restart'],
        ['noAnswer', 'restart'],
        ['busy', 'network'],
      ]),
    );
    expect(after.summary()).toMatchObject({
      creates: 3,
      placed: 3,
      live: 0,
      maxLive: 3,
      maxCreatesPerSecond: 3,
    });
    const seqs = (await after.entries()).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    await after.stop();
  });

  it('goes on counting the calls to a number, and keeps the people it was given over HTTP', async () => {
    const options = { ...account, ledgerPath: join(directory, 'ledger.jsonl'), speed: 100 };
    const before = createCarrier(options);
    const { url } = await before.start();
    const authorization = `Basic ${btoa(`${account.accountSid}:${account.authToken}`)}`;
    const headers = { authorization, 'content-type': 'application/json' };
    const set = { numbers: { [busy]: { kind: 'busy', later: [{ kind: 'failed' }] } } };
    await fetch(`${url}/simulator/people`, { method: 'PUT', headers, body: JSON.stringify(set) });
    await sdkClient(url).calls.create(order(busy));
    await before.stop();
    const after = createCarrier(options);
    await sdkClient((await after.start()).url).calls.create(order(busy));
    await eventually(() => after.summary().live).toBe(0);
    expect(after.calls().at(-1)).toMatchObject({ ordinal: 1, person: 'failed', status: 'failed' });
    await after.stop();
  });

  it('leaves nothing running when it is stopped in the middle of many calls, and can be started again', async () => {
    const carrier = createCarrier({ ...account, speed: 100 });
    const client = sdkClient((await carrier.start()).url);
    await Promise.all(
      Array.from({ length: 40 }, (_, index) => client.calls.create(order(`+1202555${2000 + index}`))),
    );
    await carrier.stop();
    const { url } = await carrier.start();
    expect(await sdkClient(url).calls.list({ limit: 5 })).toEqual([]);
    await carrier.stop();
  });
});

describe('the carrier as a process', () => {
  const ledgerOver = async (url: string, since: number) => {
    const authorization = `Basic ${btoa(`${account.accountSid}:${account.authToken}`)}`;
    const text = await (
      await fetch(`${url}/simulator/ledger?since=${since}`, { headers: { authorization } })
    ).text();
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { seq: number; type: string; status?: string });
  };

  it('has every call it accepted in its ledger after SIGKILL, and ends them when it is back', async () => {
    const peopleFile = join(directory, 'people.json');
    writeFileSync(peopleFile, JSON.stringify(people));
    const env = {
      CARRIER_LEDGER: join(directory, 'l.jsonl'),
      CARRIER_PEOPLE: peopleFile,
      CARRIER_SPEED: '20',
    };
    const killed = await spawnCarrier(build.directory, env);
    expect(killed.ready).toMatchObject({
      event: 'carrier.listening',
      url: expect.stringContaining('127.0.0.1'),
    });
    const call = await sdkClient(killed.ready!.url).calls.create(order(talking));
    await eventually(() => callbacks(call.sid).map((params) => params['CallStatus'])).toContain(
      'in-progress',
    );
    expect(await killed.end('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
    expect(readFileSync(env.CARRIER_LEDGER, 'utf8')).toContain(call.sid);

    const back = await spawnCarrier(build.directory, env);
    const { url } = back.ready!;
    expect((await sdkClient(url).calls(call.sid).fetch()).status).toBe('completed');
    await eventually(() => callbacks(call.sid).at(-1)?.['CallStatus']).toBe('completed');
    const entries = await ledgerOver(url, 1);
    expect(entries[0]?.seq).toBe(2);
    expect(entries.some(({ type, status }) => type === 'call.status' && status === 'completed')).toBe(true);
    expect(await back.end('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(back.stderr()).toBe('');
  });

  it('stops on SIGINT with calls in progress', async () => {
    const carrier = await spawnCarrier(build.directory, { CARRIER_SPEED: '100' });
    const client = sdkClient(carrier.ready!.url);
    await Promise.all(
      [...Array(10).keys()].map((index) => client.calls.create(order(`+1202555${4000 + index}`))),
    );
    expect(await carrier.end('SIGINT')).toEqual({ code: 0, signal: null });
    expect(carrier.stderr()).toBe('');
  });

  it('says in one line what keeps it from starting', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const refused = await spawnCarrier(build.directory, { CARRIER_PORT: String(port) });
    expect(refused.ready).toBeNull();
    expect((await refused.exited).code).toBe(1);
    expect(refused.stderr()).toMatch(new RegExp(`^carrier: port ${port} is in use.*\n$`));
    server.close();

    const nobody = await spawnCarrier(build.directory, { CARRIER_AUTH_TOKEN: '' });
    expect((await nobody.exited).code).toBe(1);
    expect(nobody.stderr()).toBe('carrier: CARRIER_AUTH_TOKEN is required\n');
  });
});
