import { networkInterfaces } from 'node:os';
import { Body, Controller, Delete, Get, Patch, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessModule } from '../../src/access/access.module.js';
import { isDirectFromLoopback } from '../../src/access/api-keys/peer.js';
import { OpenEndpoint } from '../../src/access/contracts/open-endpoint.js';
import { OperationsModule } from '../../src/operations/operations.module.js';
import { openRoomApp } from '../http/room-app.js';
import { answersWithoutKey } from './answers-without-key.js';
import { TestClock } from '../support/test-clock.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';

const KEY = 'a-key-of-more-than-24-characters';

@Controller('api/v1/things')
class ThingsController {
  @Get() list(): object {
    return { items: [] };
  }
  @Post() create(@Body() body: unknown): unknown {
    return body;
  }
  @Patch(':id') change(): object {
    return {};
  }
  @Delete(':id') remove(): object {
    return {};
  }
}

@OpenEndpoint()
@Controller('webhooks/things')
class WebhookController {
  @Post() receive(): object {
    return {};
  }
}

let database: TestDatabase;
let app: NestFastifyApplication;
let base: string;
const clock = new TestClock('2026-11-22T03:00:00Z');

function open(environment: Record<string, string>): Promise<NestFastifyApplication> {
  return openRoomApp({
    database,
    clock,
    environment,
    imports: [AccessModule, OperationsModule],
    controllers: [ThingsController, WebhookController],
  });
}

beforeAll(async () => {
  database = await openTestDatabase();
  app = await open({ ADMIN_API_KEY: KEY });
  base = await app.getUrl();
});
afterAll(async () => {
  await app.close();
  await database.close();
});

async function status(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<number> {
  const response = await fetch(base + path, { method, headers });
  await response.arrayBuffer();
  return response.status;
}

describe('a route', () => {
  it('answers 401 without a key unless it stands in the list of open ones', async () => {
    const answers = await answersWithoutKey(app);
    const open = Object.keys(answers).filter((route) => answers[route] !== 401);
    expect(Object.keys(answers)).toHaveLength(11);
    expect(open.sort()).toEqual([
      'GET /health/live',
      'GET /health/ready',
      'GET /metrics',
      'POST /webhooks/things',
    ]);
  });

  it('says how to authenticate, as a problem', async () => {
    const response = await fetch(`${base}/api/v1/things`);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({ code: 'unauthenticated', status: 401 });
  });

  it('is open to the right key, in either header', async () => {
    expect(await status('/api/v1/things', { 'x-api-key': KEY })).toBe(200);
    expect(await status('/api/v1/things', { authorization: `Bearer ${KEY}` })).toBe(200);
    expect(await status('/api/v1/things', { authorization: `bearer ${KEY}` })).toBe(200);
  });

  it.each([
    { 'x-api-key': `${KEY}x` },
    { 'x-api-key': KEY.slice(0, -1) },
    { 'x-api-key': 'x'.repeat(10_000) },
    { authorization: `Basic ${KEY}` },
    { authorization: KEY },
    { authorization: 'Bearer ' },
    { 'x-api-key': 'wrong', authorization: `Bearer ${KEY}` },
  ])('is shut to %o', async (headers) => {
    expect(await status('/api/v1/things', headers as Record<string, string>)).toBe(401);
  });

  it('does not open for a key in the query', async () => {
    expect(await status(`/api/v1/things?api_key=${KEY}&x-api-key=${KEY}`)).toBe(401);
  });

  it('that does not exist is not_found', async () => {
    expect(await status('/api/v1/nothing', { 'x-api-key': KEY })).toBe(404);
  });

  it('of the documentation is open', async () => {
    expect(await status('/docs')).toBe(200);
    expect(await status('/docs-json')).toBe(200);
  });
});

describe('/metrics', () => {
  it('is open to a direct connection of this machine only', async () => {
    expect(await status('/metrics')).toBe(200);
    for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']) {
      expect(await status('/metrics', { [header]: '127.0.0.1' })).toBe(401);
      expect(await status('/metrics', { [header]: '127.0.0.1', 'x-api-key': KEY })).toBe(200);
    }
  });

  it('takes the socket for the peer, whatever it is', () => {
    const from = (remoteAddress: string | undefined) =>
      isDirectFromLoopback({ headers: {}, raw: { socket: { remoteAddress } } as never });
    for (const loopback of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])
      expect(from(loopback)).toBe(true);
    const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    const others = own.filter(({ internal }) => !internal).map(({ address }) => address);
    for (const other of ['10.0.0.1', '::ffff:10.0.0.1', '127.0.0.1.evil.example', '', undefined, ...others]) {
      expect(from(other)).toBe(false);
    }
  });
});

describe('ADMIN_API_KEY', () => {
  it('is stored as a hash and six characters', async () => {
    const row = await database.api.row<Record<string, string>>(`SELECT * FROM api_keys WHERE name = 'admin'`);
    expect(row).toMatchObject({ prefix: 'a-key-', key_hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(JSON.stringify(row)).not.toContain(KEY);
  });

  it('changed revokes the old one, removed leaves none, and every request is then refused', async () => {
    const other = 'another-key-of-more-than-24-chars';
    const ask = async (from: NestFastifyApplication, key: string) =>
      (await fetch(`${await from.getUrl()}/api/v1/things`, { headers: { 'x-api-key': key } })).status;

    const changed = await open({ ADMIN_API_KEY: other });
    expect([await ask(changed, KEY), await ask(changed, other)]).toEqual([401, 200]);
    await changed.close();

    const removed = await open({});
    expect([await ask(removed, KEY), await ask(removed, other), await ask(removed, '')]).toEqual([
      401, 401, 401,
    ]);
    await removed.close();

    const back = await open({ ADMIN_API_KEY: KEY });
    expect([await ask(back, KEY), await ask(back, other)]).toEqual([200, 401]);
    await back.close();
    expect(await database.api.rows(`SELECT id FROM api_keys`)).toHaveLength(1);
  });
});
