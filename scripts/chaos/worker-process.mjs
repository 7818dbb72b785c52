/** One worker process: started, frozen for a while, and what is wrong with how it ended. */
import { spawn } from 'node:child_process';
import { startServer } from '../acceptance/worker.mjs';
import { freePort } from '../lib/ports.mjs';
import { delay } from '../lib/project.mjs';

const LOWEST_PORT = 12_000;
const PORTS = 18_000;
const THAW_LIMIT_SECONDS = 40;

/** @typedef {import('../acceptance/worker.mjs').Server & { port: number }} Process */

/** @returns {Promise<number>} below those which the system gives to outgoing connections */
export function workerPort() {
  return freePort(LOWEST_PORT + Math.floor(Math.random() * PORTS));
}

/**
 * @param {{ name: string, script: string, port: number, env: NodeJS.ProcessEnv, preload: string | undefined, onLine: (line: string) => void }} options
 * @returns {Process}
 */
export function startProcess({ name, script, port, env, preload, onLine }) {
  const own = { PORT: String(port), WORKER_NAME: name };
  const loads = preload === undefined ? {} : { NODE_OPTIONS: `--import=${preload}` };
  return { ...startServer(name, script, { ...env, ...own, ...loads }, onLine), port };
}

/**
 * @param {Process} process
 * @param {number} forMs
 */
export async function freezeProcess({ pid, running }, forMs) {
  running.child.kill('SIGSTOP');
  // Also when this run is killed meanwhile: a stopped process would never notice that it is alone.
  const thaw = spawn('/bin/sh', ['-c', `sleep ${THAW_LIMIT_SECONDS}; kill -CONT ${pid}`], {
    detached: true,
    stdio: 'ignore',
  });
  thaw.unref();
  await delay(forMs);
  running.child.kill('SIGCONT');
  // Its group: the shell and what it waits for.
  if (thaw.pid !== undefined) process.kill(-thaw.pid, 'SIGKILL');
}

/**
 * @param {Process} process that was asked to stop
 * @param {{ code: number | null, signal: NodeJS.Signals | null, tookMs: number }} exit
 * @returns {string | undefined}
 */
export function complaintAboutStop({ name, lines }, { code, signal, tookMs }) {
  if (signal === 'SIGKILL') return `${name} had not stopped ${Math.round(tookMs / 1_000)} s after SIGTERM`;
  if (code !== 0 && signal === null)
    return `${name} ended on SIGTERM with exit code ${code}: ${lines.at(-1)}`;
  return undefined;
}
