import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { openWire } from '../../scripts/chaos/wire.mjs';
import { runNode } from '../launcher/throwaway-clone.js';
import { waitFor } from '../support/wait-for.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function echo(): Promise<{ port: number; ended: () => number }> {
  let ended = 0;
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('close', () => ended++);
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return { port: (server.address() as AddressInfo).port, ended: () => ended };
}

async function caller(port: number): Promise<{ socket: Socket; heard: () => string; closed: () => boolean }> {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  let closed = false;
  socket.on('data', (chunk) => (heard += String(chunk)));
  socket.on('error', () => {});
  socket.on('close', () => (closed = true));
  closing.push(() => socket.destroy());
  await once(socket, 'connect');
  return { socket, heard: () => heard, closed: () => closed };
}

describe('the wire between a worker and its database', () => {
  async function wired() {
    const target = await echo();
    const wire = await openWire(() => ({ host: '127.0.0.1', port: target.port }));
    closing.push(wire.close);
    const first = await caller(wire.port);
    first.socket.write('a');
    await waitFor('the echo', () => first.heard() === 'a');
    return { target, wire, first };
  }

  it('goes half open: what is connected hears nothing and is told nothing, and new connections work', async () => {
    const { wire, first, target } = await wired();
    expect(wire.deaden()).toBe(1);
    first.socket.write('b');
    const second = await caller(wire.port);
    second.socket.write('c');
    await waitFor('the echo of the new connection', () => second.heard() === 'c');
    expect(first.heard()).toBe('a');
    expect([first.closed(), target.ended()]).toEqual([false, 0]);
    wire.bury();
    await waitFor('the end of the dead connection', () => first.closed() && target.ended() === 1);
    expect(second.closed()).toBe(false);
  });

  it('becomes a black hole: connections are made and carry nothing', async () => {
    const { wire } = await wired();
    wire.blackHole(true);
    const second = await caller(wire.port);
    second.socket.write('b');
    wire.blackHole(false);
    const third = await caller(wire.port);
    third.socket.write('c');
    await waitFor('the echo of the connection after', () => third.heard() === 'c');
    expect(second.heard()).toBe('');
    expect(second.closed()).toBe(false);
  });

  it('can be cut', async () => {
    const { wire, first, target } = await wired();
    expect(wire.cut()).toBe(1);
    await waitFor('the end of both sides', () => first.closed() && target.ended() === 1);
  });
});

describe('the wrong clock of a worker', () => {
  const module = pathToFileURL('scripts/chaos/skewed-clock.mjs').href;
  async function clockOf(query: string, script: string): Promise<number[]> {
    const { output } = await runNode(['--import', `${module}?${query}`, '-e', script]);
    return JSON.parse(output) as number[];
  }

  it('is wrong for whoever asks for the present, and for nothing else', async () => {
    const script = `const d = new Date(1e12); console.log(JSON.stringify([Date.now(), +new Date(), +new Date(Date()), +d, Number(d instanceof Date)]))`;
    const [now = 0, created = 0, text = 0, given, kind] = await clockOf('aheadMs=3600000', script);
    for (const seen of [now, created, text]) {
      expect(seen - Date.now()).toBeGreaterThan(3_500_000);
      expect(seen - Date.now()).toBeLessThan(3_605_000);
    }
    expect([given, kind]).toEqual([1e12, 1]);
  });

  it('can be set right in one step', async () => {
    const script = `const begun = performance.now(); const early = Date.now(); const wait = () => performance.now() - begun > 1500 ? console.log(JSON.stringify([early, Date.now()])) : setImmediate(wait); wait();`;
    const [early = 0, late = 0] = await clockOf('aheadMs=-3600000&stepAfterMs=1500', script);
    expect(late - early).toBeGreaterThan(3_590_000);
  });
});
