import { LauncherError } from './project.mjs';
import { say } from './terminal.mjs';

const RESTART_AFTER_MS = 1_000;
const RAPID_MS = 10_000;
const RAPID_LIMIT = 5;

/**
 * @typedef {object} Supervised
 * @property {Promise<void>} ready when it was ready for the first time
 * @property {Promise<never>} failed rejects when it is given up: five deaths within ten seconds of their start, one after the other, or an exit of its own before it was ever ready (its configuration is wrong, a restart would not help)
 * @property {(graceMs: number) => Promise<void>} stop
 */

/**
 * Keeps a process running: when it dies it is started again, with the same environment and port.
 *
 * @param {string} name
 * @param {() => import('./processes.mjs').Running} launch
 * @param {(running: import('./processes.mjs').Running) => Promise<void>} untilReady rejects when it ends before
 * @returns {Supervised}
 */
export function supervise(name, launch, untilReady) {
  const stopping = new AbortController();
  /** @type {import('./processes.mjs').Running} */
  let running = launch();
  let wasReady = false;

  /** @type {(value: void) => void} */
  let becameReady = () => {};
  /** @type {Promise<void>} */
  const ready = new Promise((resolve) => (becameReady = resolve));

  /** @returns {Promise<never>} */
  const watch = async () => {
    for (let rapid = 0; ;) {
      const began = performance.now();
      untilReady(running).then(
        () => {
          wasReady = true;
          becameReady();
        },
        () => {},
      );
      const { code, signal } = await running.exited;
      if (stopping.signal.aborted) return new Promise(() => {});
      const how = signal ?? `exit code ${code}`;
      rapid = performance.now() - began < RAPID_MS ? rapid + 1 : 1;
      if (!wasReady && signal === null) throw new LauncherError(`The ${name} did not start (${how}).`);
      if (rapid >= RAPID_LIMIT) throw new LauncherError(`The ${name} keeps ending (${how}): given up.`);
      say(`The ${name} ended unexpectedly (${how}); it is started again.`);
      await abortableDelay(RESTART_AFTER_MS, stopping.signal);
      if (stopping.signal.aborted) return new Promise(() => {});
      running = launch();
    }
  };
  const failed = watch();
  failed.catch(() => {});
  return {
    ready,
    failed,
    async stop(graceMs) {
      stopping.abort();
      await running.stop(graceMs);
    },
  };
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function abortableDelay(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
