import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readEnvironment } from '../../src/shared/environment/environment.js';
import { TwilioProvider } from '../../src/telephony/providers/twilio/twilio-provider.js';
import type { PlaceResult } from '../../src/telephony/telephony-port.js';
import { ACCOUNT_SID, AUTH_TOKEN, CALLER_ID, freePort } from '../support/installation.js';

const SID = `CA${'a'.repeat(32)}`;
const CREATE_TIMEOUT_MS = 400;
const REQUEST = {
  attemptId: '01a00000-0000-7000-8000-000000000001',
  to: '+12025550100',
  from: CALLER_ID,
  ringSeconds: 25,
  callSeconds: 600,
  detectMachines: false,
};

/** An answer as bytes; `length` lies about the body to cut it short. */
function answer(
  status: number | string,
  body = '',
  options: { type?: string; length?: number } = {},
): string {
  return (
    `HTTP/1.1 ${status} Said\r\ncontent-type: ${options.type ?? 'application/json'}\r\n` +
    `content-length: ${options.length ?? Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
  );
}
const json = (status: number, body: object) => answer(status, JSON.stringify(body));
const page = (status: number) => answer(status, '<html>no</html>', { type: 'text/html' });

/**
 * A carrier of bare sockets, so that every kind of failure of the create request happens for real: through the SDK,
 * its HTTP client and the operating system.
 */
describe('the result of a create request', () => {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  /** Requests whose head arrived in full. */
  let heard = 0;

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
    server = undefined;
    heard = 0;
  });

  async function listen(one: Server): Promise<number> {
    server = one;
    await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve));
    return (one.address() as AddressInfo).port;
  }

  /** Listens, and does with a connection what the test says once the whole request is there. */
  async function carrier(onRequest: (socket: Socket) => void): Promise<string> {
    const port = await listen(
      createServer((socket) => {
        sockets.add(socket);
        socket.on('error', () => undefined);
        let text = '';
        socket.on('data', (chunk) => {
          text += chunk.toString();
          if (!text.includes('\r\n\r\n')) return;
          text = '';
          heard++;
          onRequest(socket);
        });
      }),
    );
    return `http://127.0.0.1:${port}`;
  }

  function providerAt(url: string): TwilioProvider {
    return new TwilioProvider(
      readEnvironment({
        NODE_ENV: 'test',
        DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
        TELEPHONY_PROVIDER: 'simulator',
        TWILIO_ACCOUNT_SID: ACCOUNT_SID,
        TWILIO_AUTH_TOKEN: AUTH_TOKEN,
        TWILIO_FROM_NUMBER: CALLER_ID,
        PUBLIC_BASE_URL: 'http://127.0.0.1:1',
        TWILIO_API_BASE_URL: url,
        CREATE_TIMEOUT_MS: String(CREATE_TIMEOUT_MS),
      }),
    );
  }
  const place = (url: string): Promise<PlaceResult> => providerAt(url).place(REQUEST);

  describe('before a byte has left', () => {
    it('is not_sent when nobody listens', async () => {
      expect(await place(`http://127.0.0.1:${await freePort()}`)).toEqual({
        kind: 'not_sent',
        reason: 'ECONNREFUSED',
      });
    });

    it('is not_sent when the name does not resolve', async () => {
      expect((await place('http://nobody.invalid')).kind).toBe('not_sent');
    });

    describe.skipIf(spawnSync('openssl', ['version']).status !== 0)('over TLS', () => {
      let directory: string;
      beforeAll(() => {
        directory = mkdtempSync(join(tmpdir(), 'carrier-tls-'));
        const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
        const request = `req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=somebody.else -keyout ${key} -out ${cert}`;
        const made = spawnSync('openssl', request.split(' '));
        if (made.status !== 0) throw new Error(made.stderr.toString());
      });
      afterAll(() => rmSync(directory, { recursive: true, force: true }));

      it('is not_sent when the peer is not who it should be, and the peer has read nothing', async () => {
        let read = 0;
        const port = await listen(
          createTlsServer(
            {
              key: readFileSync(join(directory, 'key.pem')),
              cert: readFileSync(join(directory, 'cert.pem')),
            },
            (socket) => {
              sockets.add(socket);
              socket.on('error', () => undefined);
              socket.on('data', (chunk) => (read += chunk.length));
            },
          ).on('tlsClientError', () => undefined),
        );
        expect((await place(`https://127.0.0.1:${port}`)).kind).toBe('not_sent');
        expect(read).toBe(0);
      });

      it('is unknown when the peer does not speak TLS', async () => {
        const url = await carrier(() => undefined);
        expect((await place(url.replace('http:', 'https:'))).kind).toBe('unknown');
      });
    });
  });

  describe('after the request has left', () => {
    const BROKEN: [string, (socket: Socket) => void][] = [
      ['the connection is reset', (socket) => socket.resetAndDestroy()],
      ['the connection is closed without a word', (socket) => socket.end()],
      ['nothing comes back', () => undefined],
      ['only an interim answer comes back', (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n')],
      [
        'the protocol is switched',
        (socket) => socket.write('HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n'),
      ],
      ['the answer is not HTTP', (socket) => socket.end('220 mail.example ESMTP\r\n\r\n')],
      ['the head of the answer breaks off', (socket) => socket.end('HTTP/1.1 201 Crea')],
      ['the head comes and the body never', (socket) => socket.write(answer(201, '', { length: 200 }))],
      [
        'the body comes a byte at a time, for ever',
        (socket) => {
          socket.write(answer(201, '{', { length: 5_000 }));
          const drip = setInterval(() => socket.write(' '), 50);
          socket.on('close', () => clearInterval(drip));
        },
      ],
      ['a 201 breaks off in its body', (socket) => socket.end(answer(201, '{"sid"', { length: 200 }))],
      [
        'a refusal breaks off in its body',
        (socket) => socket.end(answer(400, '{"code": 21211', { length: 200 })),
      ],
      ['a refusal is cut in its JSON', (socket) => socket.end(answer(400, '{"code": 21211'))],
      ['a refusal is a page of somebody else', (socket) => socket.end(page(400))],
      ['a refusal has a code that is a text', (socket) => socket.end(json(400, { code: '21211' }))],
      ['a refusal has a code that is none of Twilio', (socket) => socket.end(json(400, { code: 7 }))],
      [
        'a gateway reports that it was itself refused',
        (socket) => socket.end(json(502, { code: 'ECONNREFUSED', syscall: 'connect' })),
      ],
      ['a gateway reports so with a 4xx', (socket) => socket.end(json(499, { code: 'ECONNREFUSED' }))],
      ['the 201 is cut in its JSON', (socket) => socket.end(answer(201, `{"sid":"${SID}"`))],
      ['the 201 is empty', (socket) => socket.end(answer(201))],
      ['the 201 is null', (socket) => socket.end(answer(201, 'null'))],
      ['the 201 is a list', (socket) => socket.end(answer(201, '[]'))],
      ['the 201 is a page', (socket) => socket.end(page(201))],
      ['the 201 has no sid', (socket) => socket.end(json(201, { status: 'queued' }))],
      [
        'the 201 has a sid of another kind',
        (socket) => socket.end(json(201, { sid: `SM${'a'.repeat(32)}` })),
      ],
      ['the 201 has a sid that is cut', (socket) => socket.end(json(201, { sid: SID.slice(0, 30) }))],
      ['it is 204', (socket) => socket.end('HTTP/1.1 204 None\r\nconnection: close\r\n\r\n')],
    ];
    it.each(BROKEN)(
      'is unknown when %s, and the request was sent once',
      async (_what, onRequest) => {
        expect((await place(await carrier(onRequest))).kind).toBe('unknown');
        expect(heard).toBe(1);
      },
      10_000,
    );

    it.each([
      300, 301, 302, 303, 304, 307, 308, 402, 406, 408, 409, 410, 412, 418, 422, 425, 444, 460, 499, 500, 501,
      502, 503, 504, 520, 521, 522, 524, 529, 599, 600, 999,
    ])('is unknown after a bare %s, and no redirect is followed', async (status) => {
      const url = await carrier((socket) =>
        socket.end(page(status).replace('content-type', 'location: /elsewhere\r\ncontent-type')),
      );
      expect((await place(url)).kind).toBe('unknown');
      expect(heard).toBe(1);
    });

    it.each([
      [500, 20500],
      [503, 20503],
      [500, 20429],
      [502, 21211],
      [409, 20409],
      [408, 20408],
    ])('is unknown after %s with the code %s', async (status, code) => {
      expect((await place(await carrier((socket) => socket.end(json(status, { code }))))).kind).toBe(
        'unknown',
      );
    });
  });

  describe('refused for certain', () => {
    it.each([
      [429, 20429],
      [429, undefined],
      [400, 20429],
      [400, 10004],
    ])('may be sent again after %s with the code %s', async (status, code) => {
      expect((await place(await carrier((socket) => socket.end(json(status, { code }))))).kind).toBe(
        'throttled',
      );
    });

    it.each([
      ['configuration', [20003, 20005, 20006, 20008, 20403, 20404, 10001, 10002]],
      ['configuration', [21205, 21207, 21208, 21209, 21218, 21219, 21234, 21263, 32018]],
      ['caller_id', [21210, 21212, 21213]],
      ['number', [21201, 21211, 21217, 21202, 13223, 13226]],
      ['policy', [21215, 13227, 21203, 21216, 13225]],
      ['unreachable', [21214, 13224, 21999]],
    ] as const)('is rejected as %s by the codes %s', async (cause, codes) => {
      for (const code of codes) {
        const url = await carrier((socket) => socket.end(json(400, { code, message: 'no', status: 400 })));
        expect(await place(url)).toEqual({ kind: 'rejected', cause, code: String(code) });
        await new Promise<void>((resolve) => server!.close(() => resolve()));
        server = undefined;
      }
    });

    it('reads the newer form of a problem as well', async () => {
      const problem = { type: 'about:blank', title: 'Invalid', status: 400, code: 21211, detail: 'no' };
      const url = await carrier((socket) => socket.end(json(400, problem)));
      expect(await place(url)).toEqual({ kind: 'rejected', cause: 'number', code: '21211' });
    });

    it('does not believe a problem that says 400 under a server error', async () => {
      const problem = { type: 'about:blank', title: 'Invalid', status: 400, code: 21211, detail: 'no' };
      expect((await place(await carrier((socket) => socket.end(json(502, problem))))).kind).toBe('unknown');
    });

    it.each([401, 403, 404, 405, 407])('is turned away at the door by a bare %s', async (status) => {
      expect(await place(await carrier((socket) => socket.end(page(status))))).toMatchObject({
        kind: 'rejected',
        cause: 'configuration',
      });
    });
  });

  it('is accepted with the id of the call, from 200 as from 201', async () => {
    for (const status of [200, 201]) {
      const url = await carrier((socket) => socket.end(json(status, { sid: SID, status: 'queued' })));
      expect(await place(url)).toEqual({ kind: 'accepted', providerCallId: SID });
      await new Promise<void>((resolve) => server!.close(() => resolve()));
      server = undefined;
    }
  });

  describe('asked for afterwards', () => {
    const since = { to: REQUEST.to, from: REQUEST.from, createdSince: new Date('2026-11-22T08:00:00Z') };
    const call = { sid: SID, status: 'ringing', date_created: 'Sun, 22 Nov 2026 08:00:30 +0000' };
    const list = (calls: object[]) => json(200, { calls, page: 0, page_size: 50, next_page_uri: null });

    it('finds what was created since, and only that', async () => {
      const older = { ...call, sid: `CA${'b'.repeat(32)}`, date_created: 'Sun, 22 Nov 2026 07:59:59 +0000' };
      const url = await carrier((socket) => socket.end(list([call, older])));
      const found = await providerAt(url).find(since);
      expect(found).toMatchObject({ kind: 'found', calls: [{ providerCallId: SID }] });
    });

    // An empty list is evidence that there is no call; a list that cannot be read is none.
    it.each([
      ['a call of an unknown status', list([{ ...call, status: 'parked' }])],
      ['a call without a date', list([{ ...call, date_created: null }])],
      ['a call with a date that is none', list([{ ...call, date_created: 'soon' }])],
      ['a call without an id', list([{ ...call, sid: null }])],
      ['no list', json(200, {})],
      ['a list that is null', json(200, { calls: null })],
      ['a cut list', answer(200, '{"calls": [')],
      ['an empty body', answer(200)],
      ['a page of somebody else', page(200)],
      ['a page of somebody else that is not found', page(404)],
      ['a redirect', answer(302)],
    ])('is no evidence when the carrier answers %s', async (_what, bytes) => {
      const url = await carrier((socket) => socket.end(bytes));
      expect((await providerAt(url).find(since)).kind).toBe('unavailable');
    });

    it('takes a bound call for gone only when the carrier itself says so', async () => {
      const said = await carrier((socket) => socket.end(json(404, { code: 20404, status: 404 })));
      expect((await providerAt(said).fetch(SID)).kind).toBe('not_found');
      await new Promise<void>((resolve) => server!.close(() => resolve()));
      const other = await carrier((socket) => socket.end(page(404)));
      expect((await providerAt(other).fetch(SID)).kind).toBe('unavailable');
    });
  });
});
