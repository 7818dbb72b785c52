/**
 * Children of the launcher. Each leads a process group of its own: the terminal's Ctrl-C reaches the launcher alone,
 * which then stops them in order; and a group can be killed with everything below it.
 */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hasCode, projectRoot } from './project.mjs';

/**
 * @typedef {{ code: number | null, signal: NodeJS.Signals | null }} Exit
 * @typedef {object} Running
 * @property {number} pid
 * @property {import('node:child_process').ChildProcess} child
 * @property {Promise<Exit>} exited
 * @property {boolean} isStopping whether we asked it to end
 * @property {(graceMs: number) => Promise<Exit>} stop SIGTERM, and SIGKILL to its whole group when the grace is over
 */

/** @type {Set<number>} */
const liveGroups = new Set();

// Last resort, when the launcher itself fails: nothing may outlive it unnoticed.
process.on('exit', () => {
  for (const pid of liveGroups) killGroup(pid);
});

/** @param {number} pid */
function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!hasCode(error, 'ESRCH', 'EPERM')) throw error;
  }
}

/**
 * Runs a Node script.
 *
 * @param {string[]} args script and its arguments
 * @param {{ env?: NodeJS.ProcessEnv, stdio?: import('node:child_process').StdioOptions }} [options]
 * @returns {Running}
 */
export function startNode(args, { env = process.env, stdio = ['ignore', 'inherit', 'inherit'] } = {}) {
  return start(process.execPath, args, { env, stdio });
}

const stopWithParent = pathToFileURL(join(projectRoot, 'scripts', 'lib', 'stop-with-parent.mjs')).href;

/**
 * A server of ours: it stops by itself when this process is killed and cannot stop it.
 *
 * @param {string} script relative to the project
 * @param {{ env: NodeJS.ProcessEnv, stdio?: import('node:child_process').StdioOptions }} options
 */
export function startService(script, options) {
  return startNode(
    ['--import', `${stopWithParent}?parent=${process.pid}`, resolve(projectRoot, script)],
    options,
  );
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ env: NodeJS.ProcessEnv, stdio: import('node:child_process').StdioOptions }} options
 * @returns {Running}
 */
export function start(command, args, { env, stdio }) {
  const child = spawn(command, args, { cwd: projectRoot, env, stdio, detached: true });
  const pid = child.pid ?? 0;
  if (pid > 0) liveGroups.add(pid);
  /** @type {Promise<Exit>} */
  const exited = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => {
      // What it started and left behind goes with it, and lets go of our pipes.
      if (pid > 0) killGroup(pid);
      liveGroups.delete(pid);
    });
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  // Whoever awaits `exited` still sees the error; a process that nobody awaits must not crash the launcher.
  exited.catch(() => {});
  /** @type {Running} */
  const running = {
    pid,
    child,
    exited,
    isStopping: false,
    async stop(graceMs) {
      running.isStopping = true;
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      const kill = setTimeout(() => killGroup(pid), graceMs);
      try {
        return await exited;
      } finally {
        clearTimeout(kill);
      }
    },
  };
  return running;
}

/**
 * Runs a Node script to its end and keeps what it printed.
 *
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export async function captureNode(args, { env = process.env } = {}) {
  const { child, exited } = startNode(args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (/** @type {string} */ chunk) => (output += chunk));
  }
  const { code } = await exited;
  return { code: code ?? 1, output };
}

const PARENT_POLL_MS = 500;

/**
 * Calls back once when this process is asked to end: SIGINT, SIGTERM, SIGHUP, or the npm it was started by is gone
 * (npm killed by SIGKILL forwards nothing). npm and a terminal may both deliver the signal; only the first counts.
 *
 * @param {(reason: NodeJS.Signals | 'parent gone') => void} callback
 */
export function onStopRequest(callback) {
  let asked = false;
  /** @param {NodeJS.Signals | 'parent gone'} reason */
  const ask = (reason) => {
    if (asked) return;
    asked = true;
    callback(reason);
  };
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => ask(signal));
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) ask('parent gone');
  }, PARENT_POLL_MS).unref();
}
