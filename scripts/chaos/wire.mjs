/** The network between one worker and its database: connections can be cut, and can go dead without anybody being told. */
import { connect, createServer } from 'node:net';

/**
 * @typedef {{ client: import('node:net').Socket, server: import('node:net').Socket, dead: boolean }} Pair
 * @typedef {object} Wire
 * @property {number} port
 * @property {() => number} cut resets every connection; how many
 * @property {() => number} deaden what is connected now stays open and carries nothing any more; new connections work
 * @property {() => void} bury closes the dead ones
 * @property {(swallow: boolean) => void} blackHole from now on new connections are accepted and carry nothing either
 * @property {() => Promise<void>} close
 */

/**
 * @param {() => { host: string, port: number }} target
 * @returns {Promise<Wire>}
 */
export async function openWire(target) {
  /** @type {Set<Pair>} */
  const pairs = new Set();
  let swallows = false;

  const server = createServer((client) => {
    const { host, port } = target();
    const pair = { client, server: connect(port, host), dead: swallows };
    pairs.add(pair);
    for (const [from, to] of [
      [pair.client, pair.server],
      [pair.server, pair.client],
    ]) {
      if (from === undefined || to === undefined) continue;
      from.setNoDelay(true);
      from.on('data', (chunk) => void (pair.dead || to.write(chunk)));
      from.on('error', () => {});
      // The end of one side is news too, and does not get through a dead connection.
      from.on('close', () => {
        if (!pair.dead) to.destroy();
        if (pair.client.destroyed && pair.server.destroyed) pairs.delete(pair);
      });
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();

  /** @param {(pair: Pair) => boolean} which */
  const destroy = (which) => {
    const chosen = [...pairs].filter(which);
    for (const pair of chosen) {
      pairs.delete(pair);
      for (const socket of [pair.client, pair.server]) if (!socket.destroyed) socket.resetAndDestroy();
    }
    return chosen.length;
  };
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    cut: () => destroy(({ dead }) => !dead),
    deaden: () => {
      const alive = [...pairs].filter(({ dead }) => !dead);
      for (const pair of alive) pair.dead = true;
      return alive.length;
    },
    bury: () => void destroy(({ dead }) => dead),
    blackHole: (swallow) => void (swallows = swallow),
    close: async () => {
      destroy(() => true);
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
