import cluster, { type Worker } from 'node:cluster';
import type { Environment } from './shared/environment/environment.js';
import { createLogger } from './shared/logging/logger.js';

/** A worker that lived shorter than this is replaced only after a pause. */
const QUICK_DEATH_MS = 5_000;
const PAUSE_MS = 1_000;

/**
 * Forks N workers that share one port, and replaces one that dies. The workers need no coordination but the database;
 * this process only passes signals on and waits for them.
 */
export function runWorkers(environment: Environment): void {
  const log = createLogger(environment);
  let stopping = false;
  const fork = (): void => {
    const born = performance.now();
    const worker = cluster.fork();
    worker.on('exit', (code, signal) => {
      if (stopping) return;
      log.warn(`worker ${worker.process.pid} ended (${signal ?? code}) and is replaced`, 'Workers');
      setTimeout(fork, performance.now() - born < QUICK_DEATH_MS ? PAUSE_MS : 0);
    });
  };
  for (let worker = 0; worker < environment.WORKERS; worker++) fork();
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    const alive = Object.values(cluster.workers ?? {}).filter(
      (worker): worker is Worker => worker !== undefined,
    );
    let left = alive.length;
    if (left === 0) process.exit(0);
    for (const worker of alive) {
      worker.on('exit', () => {
        if (--left === 0) process.exit(0);
      });
      worker.process.kill(signal);
    }
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
