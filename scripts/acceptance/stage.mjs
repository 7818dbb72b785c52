/** What a run stands on: its database, the two doors, a carrier, and the workers that come and go. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { problemText } from '../demo/api-client.mjs';
import { withoutConfiguration } from '../lib/environment.mjs';
import { startCarrier } from './carrier.mjs';
import { BOUNDS } from './cast.mjs';
import { openDoor } from './door.mjs';
import { attemptIn } from './ledger.mjs';
import { rowsOf } from './rows.mjs';
import { end, startWorker } from './worker.mjs';

/**
 * @typedef {import('./worker.mjs').Worker} Worker
 * @typedef {import('./carrier.mjs').Carrier} Carrier
 * @typedef {{ attemptId: string, status: string | undefined }} Witnessed the attempt's row as it was committed when its create request arrived at the carrier
 */

const FROM_NUMBER = '+12025550199';

/** Everything that runs, so that everything can be ended. */
export class Stage {
  /** @type {Set<Worker>} */
  workers = new Set();
  /** @type {Carrier | undefined} */
  carrier;
  /** @type {Witnessed[]} */
  witnessed = [];
  /** @type {string[]} */
  accidents = [];
  #folder = mkdtempSync(join(tmpdir(), 'acceptance-'));
  #accountSid = `AC${randomBytes(16).toString('hex')}`;
  #authToken = randomBytes(16).toString('hex');
  #apiKey = randomBytes(24).toString('base64url');
  #started = 0;
  #carriers = 0;
  /** @type {import('./door.mjs').Door | undefined} */
  #front;
  /** @type {import('./door.mjs').Door | undefined} */
  #carrierDoor;

  /**
   * @param {import('pg').Pool} pool
   * @param {string} databaseUrl
   * @param {AbortSignal} signal
   */
  constructor(pool, databaseUrl, signal) {
    this.pool = pool;
    this.databaseUrl = databaseUrl;
    this.signal = signal;
  }

  async open() {
    this.#front = await openDoor(() => [...this.workers].map(({ port }) => port));
    this.#carrierDoor = await openDoor(
      () => (this.carrier === undefined ? [] : [this.carrier.port]),
      (passing) => this.#witness(passing),
    );
  }

  async close() {
    const servers = [...this.workers, ...(this.carrier ? [this.carrier.server] : [])];
    await Promise.allSettled(servers.map((server) => end(server, 'SIGKILL')));
    await Promise.allSettled([this.#front?.close(), this.#carrierDoor?.close()]);
    await this.pool.end().catch(() => {});
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** @returns {Promise<Carrier>} with an empty ledger */
  async startCarrier() {
    this.carrier = await startCarrier({
      name: `carrier ${++this.#carriers}`,
      accountSid: this.#accountSid,
      authToken: this.#authToken,
      seed: 'acceptance',
      speed: 1,
      folder: this.#folder,
      env: withoutConfiguration(process.env),
      signal: this.signal,
    });
    this.#watch(this.carrier.server);
    this.witnessed = [];
    return this.carrier;
  }

  /** @returns {Carrier} */
  theCarrier() {
    if (this.carrier === undefined) throw new Error('no carrier runs');
    return this.carrier;
  }

  /** @returns {Promise<Worker>} ready */
  async startWorker() {
    const worker = await startWorker(`worker ${++this.#started}`, this.#workerEnvironment(), this.signal);
    this.workers.add(worker);
    this.#watch(worker);
    await worker.ready;
    return worker;
  }

  /**
   * @param {Worker} worker
   * @param {'SIGTERM' | 'SIGKILL'} signal
   */
  async end(worker, signal) {
    const exit = await end(worker, signal);
    this.workers.delete(worker);
    return exit;
  }

  /**
   * @param {string} method
   * @param {string} path below /api/v1, answered by any worker
   * @param {unknown} [body]
   * @returns {Promise<any>}
   */
  async api(method, path, body) {
    const response = await fetch(`${this.#front?.url}/api/v1${path}`, {
      method,
      headers: { 'x-api-key': this.#apiKey, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.any([this.signal, AbortSignal.timeout(30_000)]),
    });
    const text = await response.text();
    const parsed = text === '' ? null : JSON.parse(text);
    if (!response.ok) throw new Error(problemText(`${method} ${path}`, response.status, parsed));
    return parsed;
  }

  /** The last lines of whatever is running, for a run that failed. */
  logs() {
    const servers = [...this.workers, ...(this.carrier ? [this.carrier.server] : [])];
    return servers.flatMap(({ name, lines }) => lines.slice(-8).map((line) => `${name}: ${line}`));
  }

  /** Nothing of the user's configuration gets in: no carrier account, no limits, no database but this run's own. */
  #workerEnvironment() {
    return {
      ...withoutConfiguration(process.env),
      ...BOUNDS,
      NODE_ENV: 'development',
      HOST: '127.0.0.1',
      DATABASE_URL: this.databaseUrl,
      DATABASE_POOL_SIZE: '5',
      TELEPHONY_PROVIDER: 'simulator',
      TWILIO_ACCOUNT_SID: this.#accountSid,
      TWILIO_AUTH_TOKEN: this.#authToken,
      TWILIO_FROM_NUMBER: FROM_NUMBER,
      TWILIO_API_BASE_URL: this.#carrierDoor?.url,
      PUBLIC_BASE_URL: this.#front?.url,
      ADMIN_API_KEY: this.#apiKey,
      LIVE_PROGRESS: 'false',
      LOG_LEVEL: 'warn',
    };
  }

  /** @param {import('./door.mjs').Passing} passing on its way to the carrier */
  async #witness({ method, path, body }) {
    if (method !== 'POST' || !path.endsWith('/Calls.json')) return;
    const attemptId = attemptIn(new URLSearchParams(body.toString('utf8')).get('StatusCallback'));
    const [row] = await rowsOf(this.pool, 'SELECT status FROM call_attempts WHERE id::text = $1', [
      attemptId,
    ]);
    this.witnessed.push({ attemptId, status: row?.status });
  }

  /** @param {import('./worker.mjs').Server} server */
  #watch(server) {
    void server.running.exited
      .catch(() => ({ code: null, signal: null }))
      .then(({ code, signal }) => {
        if (server.isEnding || this.signal.aborted) return;
        const how = signal ?? `exit code ${code}`;
        this.accidents.push(
          [`${server.name} ended by itself (${how})`, ...server.lines.slice(-8)].join('\n           '),
        );
      });
  }
}
