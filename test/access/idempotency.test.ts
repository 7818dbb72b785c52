import { Body, Controller, Delete, HttpCode, Patch, Post, Req } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AccessModule } from '../../src/access/access.module.js';
import { PurgeIdempotencyKeys } from '../../src/access/idempotency/purge-idempotency-keys.js';
import { ApiDatabase } from '../../src/shared/db/database.js';
import { DomainError } from '../../src/shared/errors/domain-error.js';
import { openRoomApp } from '../http/room-app.js';
import { TestClock } from '../support/test-clock.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';

const KEY = 'a-key-of-more-than-24-characters';
const HOUR_MS = 3_600_000;

/** What the test lets a request do; counts how often one was carried out. */
const shop = {
  sales: 0,
  gate: Promise.resolve() as Promise<unknown>,
  fail: null as Error | null,
  before: async () => {},
};

@Controller('api/v1/sales')
class SalesController {
  @Post() @HttpCode(202) async sell(@Body() body: { item?: string }): Promise<object> {
    shop.sales++;
    await shop.gate;
    await shop.before();
    if (shop.fail !== null) throw shop.fail;
    return { zeta: shop.sales, alpha: body.item ?? null, at: new Date('2026-11-22T08:00:00Z') };
  }
  @Patch() change(): object {
    return { sales: ++shop.sales };
  }
  @Delete() @HttpCode(204) cancel(): void {
    shop.sales++;
  }
  @Post('uploads') async upload(@Req() request: FastifyRequest): Promise<object> {
    const file = await request.file();
    return { sales: ++shop.sales, bytes: (await file!.toBuffer()).length };
  }
}

let database: TestDatabase;
let app: NestFastifyApplication;
let base: string;
const clock = new TestClock('2026-11-22T03:00:00Z');
let lastKey = 0;

beforeAll(async () => {
  database = await openTestDatabase();
  app = await openRoomApp({
    database,
    clock,
    environment: { ADMIN_API_KEY: KEY },
    imports: [AccessModule],
    controllers: [SalesController],
  });
  base = `${await app.getUrl()}/api/v1/sales`;
});
afterAll(async () => {
  await app.close();
  await database.close();
});
beforeEach(() => {
  Object.assign(shop, { sales: 0, gate: Promise.resolve(), fail: null, before: async () => {} });
});

interface Answer {
  status: number;
  replayed: boolean;
  text: string;
  code: string | undefined;
}

async function send(
  key: string | null,
  body: unknown = { item: 'a' },
  method = 'POST',
  path = '',
): Promise<Answer> {
  const request: RequestInit = {
    method,
    headers: {
      'x-api-key': KEY,
      ...(key === null ? {} : { 'idempotency-key': key }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
  };
  if (body !== undefined) request.body = JSON.stringify(body);
  const response = await fetch(base + path, request);
  const text = await response.text();
  return {
    status: response.status,
    replayed: response.headers.get('idempotent-replayed') === 'true',
    text,
    code: text === '' ? undefined : (JSON.parse(text) as { code?: string }).code,
  };
}

const freshKey = () => `key-${++lastKey}`;

describe('a repeated Idempotency-Key', () => {
  it('replays status and body to the letter and carries nothing out again', async () => {
    const key = freshKey();
    const first = await send(key);
    const second = await send(key);
    expect(first).toMatchObject({ status: 202, replayed: false });
    expect(second).toEqual({ ...first, replayed: true });
    expect(first.text).toBe('{"zeta":1,"alpha":"a","at":"2026-11-22T08:00:00.000Z"}');
    expect(shop.sales).toBe(1);
  });

  it('replays an answer without a body', async () => {
    const key = freshKey();
    expect(await send(key, undefined, 'DELETE')).toMatchObject({ status: 204, replayed: false });
    expect(await send(key, undefined, 'DELETE')).toMatchObject({ status: 204, replayed: true, text: '' });
    expect(shop.sales).toBe(1);
  });

  it('works for PATCH', async () => {
    const key = freshKey();
    await send(key, {}, 'PATCH');
    expect(await send(key, {}, 'PATCH')).toMatchObject({ status: 200, replayed: true, text: '{"sales":1}' });
  });

  it.each([
    ['another body', { item: 'b' }, 'POST', ''],
    ['another method', { item: 'a' }, 'PATCH', ''],
    ['another path', { item: 'a' }, 'POST', '?dryRun=true'],
  ])('with %s is refused', async (_, body, method, path) => {
    const key = freshKey();
    await send(key);
    expect(await send(key, body, method, path)).toMatchObject({
      status: 422,
      code: 'idempotency_key_reused',
    });
    expect(shop.sales).toBe(1);
  });

  it('at once carries out one of ten, and tells the others to wait', async () => {
    const key = freshKey();
    let release!: (value: unknown) => void;
    shop.gate = new Promise((resolve) => (release = resolve));
    const sent = Array.from({ length: 10 }, () => send(key));
    const nine = await settled(sent, 9);
    expect(nine.map((answer) => answer.code)).toEqual(Array(9).fill('idempotency_in_progress'));
    release(undefined);
    const all = await Promise.all(sent);
    expect(all.filter((answer) => answer.status === 202)).toHaveLength(1);
    expect(shop.sales).toBe(1);
    expect(await send(key)).toMatchObject({ status: 202, replayed: true });
  });

  it('is not free again after a failure once something may have been committed', async () => {
    const key = freshKey();
    shop.fail = new Error('connection lost');
    shop.before = () =>
      app.get(ApiDatabase).transaction(async (tx) => {
        await tx.rows(`UPDATE campaigns SET name = name WHERE false RETURNING id`);
      });
    expect(await send(key)).toMatchObject({ status: 500 });
    shop.fail = null;
    expect(await send(key)).toMatchObject({ status: 409, code: 'idempotency_in_progress' });
    expect(shop.sales).toBe(1);
  });

  it('is free again after a failure when what was committed had only read and locked', async () => {
    const key = freshKey();
    shop.fail = new Error('connection lost');
    shop.before = () =>
      app.get(ApiDatabase).transaction(async (tx) => {
        await tx.rows(`SELECT id FROM campaigns FOR NO KEY UPDATE OF campaigns SKIP LOCKED`);
        await tx.rows(`SELECT id FROM contacts FOR UPDATE`);
      });
    expect(await send(key)).toMatchObject({ status: 500 });
    shop.fail = null;
    expect(await send(key)).toMatchObject({ status: 202, replayed: false });
  });

  it('is free again after a failure in which everything was rolled back', async () => {
    const key = freshKey();
    shop.before = () => app.get(ApiDatabase).transaction(() => Promise.reject(new Error('connection lost')));
    expect(await send(key)).toMatchObject({ status: 500 });
    shop.before = async () => {};
    expect(await send(key)).toMatchObject({ status: 202, replayed: false });
  });

  it('is free again after a refusal and after a failure that nothing was stored before', async () => {
    const key = freshKey();
    shop.fail = new DomainError('illegal_transition');
    expect(await send(key)).toMatchObject({ status: 409, code: 'illegal_transition' });
    shop.fail = new Error('broken');
    expect(await send(key)).toMatchObject({ status: 500 });
    shop.fail = null;
    expect(await send(key, { item: 'other' })).toMatchObject({ status: 202, replayed: false });
  });

  it('stays taken when the process died in between, until a day has passed', async () => {
    const key = freshKey();
    await send(key);
    await database.api.rows(`UPDATE idempotency_keys SET status = NULL, response = NULL WHERE key = $1`, [
      key,
    ]);
    expect(await send(key)).toMatchObject({ status: 409, code: 'idempotency_in_progress' });
    clock.advance(23 * HOUR_MS);
    await app.get(PurgeIdempotencyKeys).purge();
    expect(await send(key)).toMatchObject({ status: 409 });
    clock.advance(2 * HOUR_MS);
    await app.get(PurgeIdempotencyKeys).purge();
    expect(await send(key)).toMatchObject({ status: 202, replayed: false });
  });

  it('replays for a week', async () => {
    const key = freshKey();
    await send(key);
    clock.advance(6 * 24 * HOUR_MS);
    await app.get(PurgeIdempotencyKeys).purge();
    expect(await send(key)).toMatchObject({ replayed: true });
    clock.advance(25 * HOUR_MS);
    await app.get(PurgeIdempotencyKeys).purge();
    expect(await send(key)).toMatchObject({ replayed: false });
  });
});

describe('an Idempotency-Key', () => {
  it.each(['a b', 'x'.repeat(256), 'é'])('that is %s is refused', async (key) => {
    expect(await send(key)).toMatchObject({ status: 400, code: 'validation_failed' });
    expect(shop.sales).toBe(0);
  });

  it('left out lets every request through', async () => {
    await send(null);
    await send(null);
    expect(shop.sales).toBe(2);
  });

  it('does not apply to uploads', async () => {
    const upload = () => {
      const body = new FormData();
      body.append('file', new Blob(['abc']), 'a.csv');
      return fetch(`${base}/uploads`, {
        method: 'POST',
        headers: { 'x-api-key': KEY, 'idempotency-key': 'up' },
        body,
      });
    };
    expect(await (await upload()).json()).toEqual({ sales: 1, bytes: 3 });
    expect(await (await upload()).json()).toEqual({ sales: 2, bytes: 3 });
  });
});

/** The first `count` of them to answer. */
function settled(answers: Promise<Answer>[], count: number): Promise<Answer[]> {
  const done: Answer[] = [];
  return new Promise((resolve, reject) => {
    for (const answer of answers) {
      answer.then((value) => {
        done.push(value);
        if (done.length === count) resolve([...done]);
      }, reject);
    }
  });
}
