/** The carrier simulator as a process of its own: the application must meet it over HTTP only, like the real one. */
import { randomBytes } from 'node:crypto';
import { createWriteStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { keptSecret } from './environment.mjs';
import { freePort } from './ports.mjs';
import { startService } from './processes.mjs';
import { dataDirectory, LauncherError } from './project.mjs';

const FROM_NUMBER = '+12025550199';

/**
 * @typedef {{ port: number, accountSid: string, authToken: string }} CarrierIdentity
 */

/**
 * Generated at the first run and kept: calls of an earlier run must still verify after a restart of either side.
 *
 * @returns {Promise<CarrierIdentity>}
 */
export async function carrierIdentity() {
  const generate = () =>
    JSON.stringify({
      accountSid: `AC${randomBytes(16).toString('hex')}`,
      authToken: randomBytes(16).toString('hex'),
      port: 0,
    });
  const { value, file } = keptSecret('carrier.json', generate);
  const identity = /** @type {CarrierIdentity} */ (JSON.parse(value));
  const port = await freePort(identity.port);
  if (port !== identity.port) writeFileSync(file, `${JSON.stringify({ ...identity, port })}\n`);
  return { ...identity, port };
}

/**
 * @param {CarrierIdentity} identity
 * @param {NodeJS.ProcessEnv} env
 * @returns {import('./processes.mjs').Running}
 */
export function launchCarrier(identity, env) {
  return startService('dist/src/carrier-simulator/main.js', {
    env: {
      CARRIER_SPEED: '20',
      CARRIER_SEED: '1',
      ...env,
      CARRIER_PORT: String(identity.port),
      CARRIER_ACCOUNT_SID: identity.accountSid,
      CARRIER_AUTH_TOKEN: identity.authToken,
      CARRIER_LEDGER: join(dataDirectory, 'carrier-ledger.jsonl'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/**
 * Its output goes to `.data/carrier.log`, so that the terminal stays with the application.
 *
 * @param {import('./processes.mjs').Running} running
 * @returns {Promise<void>} when it has said that it listens
 */
export function untilCarrierListens({ child, exited }) {
  const log = createWriteStream(join(dataDirectory, 'carrier.log'), { mode: 0o600 });
  // A full disk must cost the log, not the launcher.
  log.on('error', () => {});
  return new Promise((resolve, reject) => {
    exited.then(() => reject(new LauncherError('The carrier simulator ended.')), reject);
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      log.write(`${line}\n`);
      if (isListening(line)) resolve();
    });
  });
}

/**
 * What makes the application speak to the simulator through its Twilio provider. Keys of a real account do not get in.
 *
 * @param {NodeJS.ProcessEnv} env the user's
 * @param {CarrierIdentity} identity
 * @param {string} baseUrl the application's
 * @returns {NodeJS.ProcessEnv}
 */
export function simulatorEnvironment(env, identity, baseUrl) {
  return {
    TWILIO_FROM_NUMBER: FROM_NUMBER,
    MAX_CONCURRENT_CALLS: '100',
    CALLS_PER_SECOND: '25',
    ...env,
    TWILIO_API_KEY_SID: undefined,
    TWILIO_API_KEY_SECRET: undefined,
    TELEPHONY_PROVIDER: 'simulator',
    TWILIO_API_BASE_URL: `http://127.0.0.1:${identity.port}`,
    TWILIO_ACCOUNT_SID: identity.accountSid,
    TWILIO_AUTH_TOKEN: identity.authToken,
    PUBLIC_BASE_URL: baseUrl,
  };
}

/** @param {string} line */
function isListening(line) {
  try {
    return JSON.parse(line).event === 'carrier.listening';
  } catch {
    return false;
  }
}
