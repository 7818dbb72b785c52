import { createServer } from 'node:net';
import { hasCode, LauncherError, messageOf } from './project.mjs';

const DEFAULT_PORT = 8880;

/** @param {{ needsDatabase: boolean }} options whether the embedded database will be started */
export function requirePlatform({ needsDatabase }) {
  if (process.platform === 'win32') {
    throw new LauncherError(
      'Windows is supported through WSL only: open a WSL terminal and run the same command there.',
    );
  }
  if (needsDatabase && isMusl()) {
    throw new LauncherError(
      'The embedded PostgreSQL needs glibc, which Alpine does not have: set DATABASE_URL to a PostgreSQL 16 or newer.',
    );
  }
}

function isMusl() {
  if (process.platform !== 'linux') return false;
  // Otherwise the report looks up the names of all network peers, which can take seconds.
  Object.assign(process.report, { excludeNetwork: true });
  const report = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return report.header.glibcVersionRuntime === undefined;
}

/**
 * @param {string | undefined} text of PORT
 * @returns {number}
 */
export function portFrom(text) {
  if (text === undefined || text === '') return DEFAULT_PORT;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new LauncherError(`PORT must be a whole number from 1 to 65535, not "${text}".`);
}

/**
 * Said before anything slow. Both addresses: on macOS one can be free while the other is taken.
 *
 * @param {number} port
 */
export async function requireFreePort(port) {
  for (const host of ['127.0.0.1', '0.0.0.0']) {
    const problem = await bindingProblem(port, host);
    if (problem === undefined) continue;
    if (hasCode(problem, 'EADDRINUSE')) {
      throw new LauncherError(
        `Port ${port} is already in use: stop what listens there, or choose another: PORT=${port + 1} npm start`,
      );
    }
    throw new LauncherError(`Port ${port} cannot be used: ${messageOf(problem)}`);
  }
}

/**
 * @param {number} port
 * @param {string} host
 * @returns {Promise<Error | undefined>}
 */
function bindingProblem(port, host) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', resolve);
    probe.listen(port, host, () => probe.close(() => resolve(undefined)));
  });
}
