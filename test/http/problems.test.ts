import { connect } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { QueryFailedError } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCursor } from '../../src/shared/http/page.dto.js';
import { openShop } from './problem-shop.js';

let app: NestFastifyApplication;
let base: string;
let breakWith: (error: () => Error) => void;

beforeAll(async () => {
  ({ app, breakWith } = await openShop());
  base = (await app.getUrl()) + '/shop';
});
afterAll(() => app.close());

interface Answer {
  status: number;
  type: string | null;
  headers: Headers;
  body: { code: string; problems?: { field: string; code: string }[]; [key: string]: unknown };
}

async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(base + path, init);
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    headers: response.headers,
    body: (await response.json()) as Answer['body'],
  };
}

function post(path: string, body: unknown): Promise<Answer> {
  return ask(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

function codes(answer: Answer): Record<string, string> {
  return Object.fromEntries((answer.body.problems ?? []).map(({ field, code }) => [field, code]));
}

describe('a body with invalid fields', () => {
  it('names every problem at once, each with its path and a code of ours', async () => {
    const answer = await post('/orders', {
      name: 'far too long',
      colour: 'green',
      slug: 'Not A Slug',
      extra: 1,
      lines: [
        { product: 5, count: 0 },
        { count: 'many', more: true },
      ],
    });
    expect(answer.status).toBe(400);
    expect(answer.type).toBe('application/problem+json');
    expect(answer.body).toMatchObject({
      type: 'urn:voice-survey-agent:problem:validation_failed',
      title: 'The request has invalid fields.',
      status: 400,
      code: 'validation_failed',
      instance: '/shop/orders',
    });
    expect(codes(answer)).toEqual({
      name: 'too_long',
      colour: 'not_permitted',
      slug: 'not_a_slug',
      extra: 'unknown_field',
      'lines[0].product': 'must_be_text',
      'lines[0].count': 'too_small',
      'lines[1].product': 'required',
      'lines[1].count': 'must_be_integer',
      'lines[1].more': 'unknown_field',
    });
  });

  it('names the full path in the message', async () => {
    const { body } = await post('/orders', { name: 'a', lines: [{ product: 'p', count: 10 }] });
    expect(body.problems).toEqual([
      { field: 'lines[0].count', code: 'too_large', message: 'lines[0].count must not be greater than 9' },
    ]);
  });

  it('calls a missing field required, and nothing else', async () => {
    expect(codes(await post('/orders', {}))).toEqual({ name: 'required', lines: 'required' });
    expect(codes(await post('/orders', ''))).toEqual({ name: 'required', lines: 'required' });
    expect(codes(await post('/orders', { name: null, lines: null }))).toEqual({
      name: 'required',
      lines: 'required',
    });
  });

  it.each([
    ['a list', []],
    ['a text', 'abc'],
    ['a number', 5],
  ])('that is %s is no object', async (_, body) => {
    expect(codes(await post('/orders', JSON.stringify(body)))).toEqual({ '': 'must_be_object' });
    expect(codes(await post('/checked', JSON.stringify(body)))).toMatchObject({ '': 'must_be_object' });
  });

  it('adds what a room finds to what the form says', async () => {
    expect(codes(await post('/checked', { name: 'zzz', lines: 1 }))).toEqual({
      name: 'taken',
      lines: 'must_be_list',
    });
  });

  it.each(['/orders', '/checked', '/raw'])(
    'with text PostgreSQL cannot store is refused at %s',
    async (path) => {
      const answer = await post(path, '{"name":"a\\u0000b","lines":[{"product":"\\ud800","count":1}]}');
      expect(codes(answer)).toMatchObject({ name: 'invalid_text', 'lines[0].product': 'invalid_text' });
    },
  );

  it('nested thousands of levels deep is refused before anything walks it', async () => {
    const depth = 50_000;
    const answer = await post('/orders', `{"lines":${'['.repeat(depth)}${']'.repeat(depth)}}`);
    expect(codes(answer)).toEqual({ '': 'too_deep' });
  });

  it('reaches the handler unchanged when it is valid', async () => {
    const order = { name: 'ok', lines: [{ product: 'p😀', count: 9 }] };
    expect(await post('/orders', order)).toMatchObject({ status: 201, body: order });
  });
});

describe('a body that cannot be read', () => {
  it.each([
    ['cut off', '{"name": "a"'],
    ['with a prototype in it', '{"__proto__": {"admin": true}}'],
    ['of garbage', '\u0001\u0002<html>'],
  ])('%s is malformed_body', async (_, body) => {
    const answer = await post('/orders', body);
    expect(answer).toMatchObject({
      status: 400,
      type: 'application/problem+json',
      body: { code: 'malformed_body' },
    });
  });

  it('of another content type is unsupported_media_type', async () => {
    for (const type of ['text/plain', 'application/xml', 'nonsense']) {
      const answer = await ask('/orders', { method: 'POST', headers: { 'content-type': type }, body: 'x' });
      expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
    }
  });

  it('of more than 2 MB is body_too_large', async () => {
    const answer = await post('/orders', { name: 'x'.repeat(2_200_000) });
    expect(answer).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
  });

  it('keeps its exact bytes for whoever checks a signature', async () => {
    expect(await post('/raw', '{ "a":  1 }')).toMatchObject({
      status: 200,
      body: { raw: { a: 1 }, bytes: 11 },
    });
  });

  it('that is not even HTTP gets a problem, too', async () => {
    const { port } = new URL(base);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('NOT HTTP AT ALL\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toContain('HTTP/1.1 400');
    expect(answer).toContain('application/problem+json');
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!)).toMatchObject({ code: 'malformed_body', status: 400 });
  });
});

describe('an upload', () => {
  function form(bytes: number, field = 'file'): RequestInit {
    const data = new FormData();
    data.append(field, new Blob([Buffer.alloc(bytes, 0xff)]), 'contacts.csv');
    return { method: 'POST', body: data };
  }

  it('of 20 MB of garbage is read and the process stays alive', async () => {
    expect(await ask('/upload', form(20_000_000))).toMatchObject({
      status: 201,
      body: { bytes: 20_000_000 },
    });
  });

  it('of more than 64 MB is body_too_large', async () => {
    expect(await ask('/upload', form(64 * 1024 * 1024 + 1))).toMatchObject({
      status: 413,
      body: { code: 'body_too_large' },
    });
  });

  it('without a multipart body is unsupported_media_type', async () => {
    expect(await post('/upload', {})).toMatchObject({
      status: 415,
      body: { code: 'unsupported_media_type' },
    });
  });

  it.each([
    ['ends in the middle', '--b\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\nabc'],
    ['has another boundary', '--c\r\n\r\n--c--'],
    ['is empty', ''],
  ])('whose form %s is a 4xx', async (_, body) => {
    const answer = await ask('/upload', {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body,
    });
    expect(answer.status).toBe(400);
    expect(answer.body.code).toMatch(/^(malformed_body|missing_file)$/);
  });

  it('without a boundary is malformed_body', async () => {
    const answer = await ask('/upload', {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data' },
      body: 'x',
    });
    expect(answer).toMatchObject({ status: 400, body: { code: 'malformed_body' } });
  });
});

describe('a path or query', () => {
  it.each(['/nowhere', '/orders/not-a-uuid', '/orders/%00', '/orders/' + 'a'.repeat(3_000), '/%E0%A4%A'])(
    '%s that names nothing is not_found',
    async (path) => {
      expect(await ask(path)).toMatchObject({
        status: 404,
        type: 'application/problem+json',
        body: { code: 'not_found', status: 404 },
      });
    },
  );

  it('does not repeat the query in the body, where phone numbers stand', async () => {
    const { body } = await ask('/nowhere?phoneNumber=%2B12025550143');
    expect(JSON.stringify(body)).not.toContain('2025550143');
    expect(body.instance).toBe('/shop/nowhere');
  });

  it('with a limit out of range is validation_failed', async () => {
    expect(codes(await ask('/orders?limit=501'))).toEqual({ limit: 'too_large' });
    expect(codes(await ask('/orders?limit=0'))).toEqual({ limit: 'too_small' });
    expect(codes(await ask('/orders?limit=abc&page=2'))).toEqual({
      limit: 'must_be_integer',
      page: 'unknown_field',
    });
    expect(codes(await ask('/orders?limit=1&limit=2'))).toEqual({ limit: 'must_be_integer' });
    expect(codes(await ask('/orders?cursor=%00'))).toEqual({ cursor: 'invalid_text' });
  });

  it('defaults to 50 and takes back only cursors this list has issued', async () => {
    const id = '00000000-0000-7000-8000-000000000001';
    const at = new Date('2026-11-22T08:00:00.123Z');
    const cursor = encodeCursor([at, id]);
    expect((await ask('/orders')).body).toEqual({ limit: 50, after: null });
    expect((await ask(`/orders?limit=7&cursor=${cursor}`)).body).toEqual({
      limit: 7,
      after: [at.toISOString(), id],
    });
    for (const other of [
      'x',
      `${cursor}x`,
      encodeCursor([id, id]),
      encodeCursor([at]),
      cursor.replace('.', ''),
    ]) {
      expect(await ask(`/orders?cursor=${other}`)).toMatchObject({
        status: 400,
        body: { code: 'invalid_cursor' },
      });
    }
  });
});

describe('an error of the application', () => {
  it('carries its code, its details, and the standard members whatever the details say', async () => {
    expect(await post('/refused', '')).toMatchObject({
      status: 409,
      body: { code: 'illegal_transition', detail: 'A draft cannot be paused.', legal: ['start'] },
    });
  });

  function databaseError(code: string, message = 'x'): Error {
    const driver = Object.assign(new Error(message), {
      code,
      detail: 'Key (phone_number)=(+12025550143) exists.',
    });
    return new QueryFailedError('INSERT INTO contacts', ['+12025550143'], driver);
  }

  it.each(['08006', '57P01', '57014', '55P03', '53300', '25P03', '40P01'])(
    'of the database with SQLSTATE %s is temporarily_unavailable and says when to come back',
    async (state) => {
      breakWith(() => databaseError(state));
      const answer = await post('/broken', '');
      expect(answer).toMatchObject({ status: 503, body: { code: 'temporarily_unavailable' } });
      expect(answer.headers.get('retry-after')).toBe('2');
    },
  );

  it.each([
    ['ECONNREFUSED', ''],
    ['', 'timeout exceeded when trying to connect'],
    ['', 'Connection terminated unexpectedly'],
    ['', 'Client has encountered a connection error and is not queryable'],
  ])('of the connection (%s%s) is temporarily_unavailable', async (code, message) => {
    breakWith(() => Object.assign(new Error(message), code === '' ? {} : { code }));
    expect(await post('/broken', '')).toMatchObject({
      status: 503,
      body: { code: 'temporarily_unavailable' },
    });
  });

  it.each([
    () => databaseError('23505', 'duplicate key value violates unique constraint "contacts_number"'),
    () => new TypeError('Cannot read properties of undefined'),
    () => new SyntaxError('Unexpected token'),
  ])('nobody foresaw is internal_error without a word of its own', async (error) => {
    breakWith(error);
    const answer = await post('/broken', '');
    expect(answer).toMatchObject({
      status: 500,
      body: { code: 'internal_error', detail: 'Something went wrong on our side.' },
    });
    expect(JSON.stringify(answer.body)).not.toMatch(/contacts|INSERT|2025550143|undefined|token|stack/i);
  });
});

describe('closing', () => {
  it('does not wait for a client that never sends the rest of its body', async () => {
    const other = await openShop();
    const { port } = new URL(await other.app.getUrl());
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined);
    const ended = new Promise((resolve) => socket.on('close', resolve));
    const head =
      'POST /shop/raw HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{';
    await new Promise<void>((resolve, reject) => {
      other.app.getHttpServer().once('request', () => resolve());
      socket.write(head, (error) => error && reject(error));
    });
    const began = performance.now();
    await other.app.close();
    expect(performance.now() - began).toBeLessThan(9_000);
    await ended;
  });
});
