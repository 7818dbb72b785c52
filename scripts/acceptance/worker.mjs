import { createInterface } from 'node:readline';
import { untilHealthy } from '../lib/application-process.mjs';
import { freePort } from '../lib/ports.mjs';
import { startService } from '../lib/processes.mjs';
import { isAlive } from '../lib/process-table.mjs';

const KEPT_LINES = 40;
const LOWEST_PORT = 12_000;
const PORTS = 18_000;
const READY_WITHIN_MS = 120_000;

/**
 * @typedef {object} Server a process of ours
 * @property {string} name
 * @property {number} pid
 * @property {import('../lib/processes.mjs').Running} running
 * @property {string[]} lines the last ones it printed
 * @property {boolean} isEnding whether this run ends it
 * @typedef {Server & { port: number, ready: Promise<void> }} Worker
 */

/**
 * @param {string} name
 * @param {string} script
 * @param {NodeJS.ProcessEnv} env
 * @param {(line: string) => void} [onLine]
 * @returns {Server}
 */
export function startServer(name, script, env, onLine) {
  const running = startService(script, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  /** @type {string[]} */
  const lines = [];
  for (const stream of [running.child.stdout, running.child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      onLine?.(line);
    });
  }
  return { name, pid: running.pid, running, lines, isEnding: false };
}

/**
 * One worker as it is shipped, in a process of its own. Its port lies below those which the system gives to outgoing
 * connections: nobody takes it between the moment it is found free and the moment the worker listens.
 *
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 * @param {AbortSignal} signal
 * @returns {Promise<Worker>}
 */
export async function startWorker(name, env, signal) {
  const port = await freePort(LOWEST_PORT + Math.floor(Math.random() * PORTS));
  signal.throwIfAborted();
  const server = startServer(name, 'dist/src/main.js', { ...env, PORT: String(port), WORKER_NAME: name });
  const giveUp = setTimeout(() => server.running.child.kill('SIGKILL'), READY_WITHIN_MS);
  const ready = untilHealthy(`http://127.0.0.1:${port}`, server.running.exited)
    .catch(() => {
      throw new Error([`${name} ended before it was ready`, ...server.lines.slice(-8)].join('\n           '));
    })
    .finally(() => clearTimeout(giveUp));
  // Whoever awaits it still sees the error.
  ready.catch(() => {});
  return { ...server, port, ready };
}

/**
 * @param {Server} server
 * @param {'SIGTERM' | 'SIGKILL'} signal
 * @param {number} [graceMs] after it a server that was asked is killed
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null, tookMs: number }>}
 */
export async function end(server, signal, graceMs = 30_000) {
  server.isEnding = true;
  const began = performance.now();
  if (signal === 'SIGKILL') server.running.child.kill('SIGKILL');
  const exit = await server.running.stop(graceMs);
  return { ...exit, tookMs: performance.now() - began };
}

/** @param {Server} server */
export function isGone({ pid }) {
  return !isAlive(pid);
}
