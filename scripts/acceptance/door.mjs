/**
 * An HTTP forwarder on one port for as long as the run lasts. Behind one of them the workers come and go while the
 * carrier keeps calling the same address, as behind any load balancer; another stands before the carrier and sees every
 * request at the moment it arrives there.
 */
import { createServer, request as openRequest } from 'node:http';
import { hasCode } from '../lib/project.mjs';

/**
 * @typedef {{ method: string, path: string, body: Buffer, headers: import('node:http').IncomingHttpHeaders }} Passing
 * @typedef {Passing & { status: number, answer: Buffer }} Answered
 * @typedef {{ url: string, close: () => Promise<void> }} Door
 */

/**
 * A request goes to one target: to the next one only where nobody listens, so that nothing is delivered twice by the
 * door itself. A target that dies in the middle of an answer is passed on as a reset connection; 502 says that nobody
 * listens at all.
 *
 * @param {() => number[]} targets ports on 127.0.0.1, taken in turns
 * @param {(passing: Passing) => Promise<void>} [witness] runs before the request is passed on
 * @param {(answered: Answered) => void} [listener] is shown each whole answer of a target, whether or not it arrives
 * @returns {Promise<Door>}
 */
export async function openDoor(targets, witness, listener) {
  let turn = 0;
  const server = createServer((incoming, answer) => {
    /** @type {Buffer[]} */
    const chunks = [];
    incoming.on('error', () => answer.destroy());
    incoming.on('data', (chunk) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = 'GET', url: path = '/', headers } = incoming;
      const passing = { method, path, headers, body: Buffer.concat(chunks) };
      const ports = targets();
      const first = ports.length === 0 ? 0 : turn++ % ports.length;
      const inTurn = [...ports.slice(first), ...ports.slice(0, first)];
      Promise.resolve(witness?.(passing))
        .then(() => passOn(passing, inTurn, answer, listener))
        .catch(() => answer.destroy());
    });
  });
  // Longer than any pause of a run: a connection closed by the door just as a request enters it would look like a fault.
  server.keepAliveTimeout = 300_000;
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * @param {Passing} passing
 * @param {number[]} ports
 * @param {import('node:http').ServerResponse} answer
 * @param {((answered: Answered) => void) | undefined} listener
 */
function passOn(passing, ports, answer, listener) {
  const [port, ...others] = ports;
  if (port === undefined) {
    answer.writeHead(502).end();
    return;
  }
  const { method, path, headers, body } = passing;
  const outgoing = openRequest(
    { host: '127.0.0.1', port, method, path, headers: { ...headers, connection: 'close' }, agent: false },
    (reply) => {
      // How the message was framed and how long the connection lasts is each connection's own affair.
      const kept = Object.entries(reply.headers).filter(
        ([name]) => name !== 'connection' && name !== 'transfer-encoding',
      );
      answer.writeHead(reply.statusCode ?? 502, Object.fromEntries(kept));
      reply.on('error', () => answer.destroy());
      if (listener !== undefined) listen(reply, (said) => listener({ ...passing, ...said }));
      reply.pipe(answer);
    },
  );
  outgoing.on('error', (error) => {
    if (hasCode(error, 'ECONNREFUSED')) passOn(passing, others, answer, listener);
    else answer.socket?.resetAndDestroy();
  });
  // Whoever asked has gone away: the target sees it too.
  answer.on('close', () => outgoing.destroy());
  outgoing.end(body);
}

/**
 * @param {import('node:http').IncomingMessage} reply
 * @param {(said: { status: number, answer: Buffer }) => void} listener
 */
function listen(reply, listener) {
  /** @type {Buffer[]} */
  const chunks = [];
  reply.on('data', (chunk) => chunks.push(chunk));
  reply.on('end', () => listener({ status: reply.statusCode ?? 0, answer: Buffer.concat(chunks) }));
}
