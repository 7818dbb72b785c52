import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { openDoor } from '../../scripts/acceptance/door.mjs';
import { freePort } from '../../scripts/lib/ports.mjs';

const open: { close: () => unknown }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  });
  return (server.address() as AddressInfo).port;
}

async function door(...given: Parameters<typeof openDoor>) {
  const opened = await openDoor(...given);
  open.push(opened);
  return opened;
}

it('passes by whoever does not listen, and says 502 when nobody does', async () => {
  const alive = await listening(createServer((request, reply) => request.pipe(reply)));
  const targets = [await freePort(), alive];
  const { url } = await door(() => targets);
  for (const body of ['a', 'b', 'c']) {
    expect(await (await fetch(url, { method: 'POST', body })).text()).toBe(body);
  }
  targets.pop();
  expect((await fetch(url)).status).toBe(502);
});

it('sends a request once only: a target that dies over it is not followed by another', async () => {
  let asked = 0;
  const dying = await listening(
    createServer((request) => {
      asked++;
      request.socket.resetAndDestroy();
    }),
  );
  const { url } = await door(() => [dying, dying]);
  await expect(fetch(url, { method: 'POST', body: 'x' })).rejects.toThrow('fetch failed');
  expect(asked).toBe(1);
});

it('shows its witness each request before the target sees it', async () => {
  const order: string[] = [];
  const target = await listening(
    createServer((_, reply) => {
      order.push('target');
      reply.end();
    }),
  );
  const { url } = await door(
    () => [target],
    async ({ path, body }) => void order.push(`witness ${path} ${body.toString()}`),
  );
  await fetch(`${url}/Calls.json`, { method: 'POST', body: 'To=1' });
  expect(order).toEqual(['witness /Calls.json To=1', 'target']);
});
