import { relative } from 'node:path';
import { keptSecret } from './environment.mjs';
import { startService } from './processes.mjs';
import { delay, LauncherError, projectRoot } from './project.mjs';

const HEALTH_POLL_MS = 150;
const HEALTH_TIMEOUT_MS = 2_000;

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {import('./processes.mjs').Running}
 */
export function launchApplication(env) {
  return startService('dist/src/main.js', { env });
}

/**
 * @param {string | undefined} host it listens on
 * @param {number} port
 * @returns {string} where it can be reached from this machine
 */
export function localUrl(host, port) {
  const isEverywhere = host === undefined || host === '0.0.0.0' || host === '::';
  return `http://${isEverywhere ? '127.0.0.1' : host}:${port}`;
}

/**
 * @param {string} baseUrl
 * @param {Promise<unknown>} exited
 */
export async function untilHealthy(baseUrl, exited) {
  let ended = false;
  void exited.finally(() => (ended = true)).catch(() => {});
  while (!ended) {
    const response = await fetch(`${baseUrl}/health/ready`, {
      signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS),
    }).catch(() => null);
    await response?.body?.cancel();
    if (response?.status === 200) return;
    await delay(HEALTH_POLL_MS);
  }
  throw new LauncherError('The application ended before it was ready.');
}

/**
 * Production must bring its own key; in development one is made and kept. Its value is never printed.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ env: NodeJS.ProcessEnv, where: string, keyPath?: string }}
 */
export function adminKey(env) {
  if (env.ADMIN_API_KEY) return { env: {}, where: 'ADMIN_API_KEY' };
  if (env.NODE_ENV === 'production') return { env: {}, where: 'none' };
  const { value, file } = keptSecret('admin-api-key');
  const where = relative(projectRoot, file);
  return { env: { ADMIN_API_KEY: value }, where, keyPath: where };
}
