/** What a run stands on: the carrier, the balancer in front of the workers, the pooler, the wires and the workers. */
import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startCarrier } from '../acceptance/carrier.mjs';
import { openDoor } from '../acceptance/door.mjs';
import { end } from '../acceptance/worker.mjs';
import { withoutConfiguration } from '../lib/environment.mjs';
import { delay, messageOf, projectRoot } from '../lib/project.mjs';
import { BOUNDS, PEOPLE, USUAL_FAULTS } from './cast.mjs';
import { drawsOf } from './chance.mjs';
import { Crew } from './crew.mjs';
import { DoorLog } from './door-log.mjs';
import { apiOf } from './load.mjs';
import { poolerBinary, startPooler } from './pooler.mjs';
import { openWire } from './wire.mjs';

const FROM_NUMBER = '+12025550199';
const SKEWED_CLOCK = pathToFileURL(join(projectRoot, 'scripts', 'chaos', 'skewed-clock.mjs')).href;
const HOUR_MS = 3_600_000;
/** How far the clock of a worker's machine is ahead; one of these for each worker that is started. */
const AHEAD_MS = [0, 0, 0, HOUR_MS, -HOUR_MS, 7 * 60_000];
const SET_RIGHT_SHARE = 0.3;
const SET_RIGHT_AFTER_MS = 12_000;

/**
 * @typedef {object} Setting
 * @property {number} workers
 * @property {number} minutes
 * @property {string} seed
 * @property {number} durationMs
 * @property {import('./plan.mjs').Fault[]} plan
 * @property {import('./database-server.mjs').DatabaseServer} server
 * @property {string} databaseUrl
 * @property {import('pg').Pool} pool
 * @property {string} folder for logs and evidence
 * @property {string} build folder of the compiled application
 * @property {AbortSignal} signal
 */

export class Stage {
  /** @type {string[]} what is not done here, and why */
  skipped = [];
  doorLog = new DoorLog();
  /** Workers that were started with a wrong clock. */
  skewed = 0;
  #setting;
  #accountSid = `AC${randomBytes(16).toString('hex')}`;
  #authToken = randomBytes(16).toString('hex');
  #apiKey = randomBytes(24).toString('base64url');
  #clocks;
  /** @type {(() => Promise<unknown>)[]} */
  #undo = [];
  /** @type {import('../acceptance/carrier.mjs').Carrier | undefined} */
  #carrier;
  /** @type {import('../acceptance/door.mjs').Door | undefined} */
  #front;

  /** @param {Setting} setting */
  constructor(setting) {
    this.#setting = setting;
    this.#clocks = drawsOf(setting.seed, 'clocks');
    this.crew = new Crew({
      script: `${setting.build}/src/main.js`,
      environment: (slot) => this.#workerEnvironment(slot),
      skews: () => this.#wrongClock(),
      onLine: (name, line) => appendFileSync(join(setting.folder, 'workers.log'), `${name}: ${line}\n`),
    });
  }

  get carrier() {
    if (this.#carrier === undefined) throw new Error('no carrier runs');
    return this.#carrier;
  }

  /** @returns {import('./load.mjs').Api} answered by any worker */
  api() {
    return apiOf(this.#front?.url ?? '', this.#apiKey, this.#setting.signal);
  }

  async openCarrier() {
    const { seed, folder, signal, build } = this.#setting;
    this.#carrier = await startCarrier({
      name: 'carrier',
      accountSid: this.#accountSid,
      authToken: this.#authToken,
      seed: `chaos ${seed}`,
      speed: 1,
      folder,
      env: withoutConfiguration(process.env),
      signal,
      build,
    });
    await this.#carrier.setPeople(PEOPLE);
    await this.#carrier.setFaults(USUAL_FAULTS);
    this.#front = await openDoor(
      () => this.crew.ports(),
      undefined,
      (answered) => this.doorLog.add(answered),
    );
    this.#undo.push(async () => this.#front?.close());
    return `the simulator on port ${this.#carrier.port}`;
  }

  /** One after the other: the first migrates alone, and without a pooler between. */
  async openCrew() {
    const { workers, server, databaseUrl, signal } = this.#setting;
    const { hostname, port } = new URL(databaseUrl);
    const direct = { host: hostname, port: Number(port || 5432) };
    const pooler = await this.#openPooler();
    if (server.notRestarted !== null) this.skipped.push(`restarts of PostgreSQL: ${server.notRestarted}`);
    for (let number = 0; number < workers; number++) {
      const pooled = pooler !== undefined && number % 2 === 1;
      const wire = await openWire(() => (pooled ? { host: '127.0.0.1', port: pooler.port } : direct));
      const slot = this.crew.open(`worker ${number + 1}`, wire);
      await this.crew.start(slot);
      while (!slot.ready) {
        signal.throwIfAborted();
        if (this.crew.failedStarts.length > 0) throw new Error(this.crew.failedStarts.join('\n'));
        await delay(50);
      }
    }
    const through = pooler === undefined ? 0 : Math.floor(workers / 2);
    return `${workers}, ${through} of them through PgBouncer in transaction mode`;
  }

  /** The network is whole again and the carrier has no bad days any more; workers that are gone come back. */
  async mend() {
    for (const { wire } of this.crew.slots) {
      wire.blackHole(false);
      wire.bury();
    }
    await this.carrier.setFaults([]);
    await this.crew.untilAllReady(this.#setting.signal);
  }

  async close() {
    await this.crew.close();
    if (this.#carrier) await end(this.#carrier.server, 'SIGKILL').catch(() => {});
    for (const undo of this.#undo.reverse()) await undo().catch(() => {});
  }

  async #openPooler() {
    const { server, databaseUrl } = this.#setting;
    const binary = poolerBinary();
    if (binary === undefined) {
      this.skipped.push('PgBouncer: it is not installed here');
      return undefined;
    }
    try {
      const pooler = await startPooler(binary, databaseUrl, server.account);
      this.#undo.push(pooler.stop);
      return pooler;
    } catch (error) {
      this.skipped.push(`PgBouncer: ${messageOf(error)}`);
      return undefined;
    }
  }

  #wrongClock() {
    const aheadMs = this.#clocks.pick(AHEAD_MS);
    const isSetRight = this.#clocks.yes(SET_RIGHT_SHARE);
    if (aheadMs === 0) return undefined;
    this.skewed++;
    return `${SKEWED_CLOCK}?aheadMs=${aheadMs}${isSetRight ? `&stepAfterMs=${SET_RIGHT_AFTER_MS}` : ''}`;
  }

  /**
   * Nothing of the user's configuration gets in: no carrier account, no limits, no database but this run's own.
   *
   * @param {import('./crew.mjs').Slot} slot
   */
  #workerEnvironment({ wire }) {
    const url = new URL(this.#setting.databaseUrl);
    url.hostname = '127.0.0.1';
    url.port = String(wire.port);
    return {
      ...withoutConfiguration(process.env),
      ...BOUNDS,
      NODE_ENV: 'development',
      HOST: '127.0.0.1',
      DATABASE_URL: url.href,
      TELEPHONY_PROVIDER: 'simulator',
      TWILIO_ACCOUNT_SID: this.#accountSid,
      TWILIO_AUTH_TOKEN: this.#authToken,
      TWILIO_FROM_NUMBER: FROM_NUMBER,
      TWILIO_API_BASE_URL: `http://127.0.0.1:${this.carrier.port}`,
      PUBLIC_BASE_URL: this.#front?.url,
      ADMIN_API_KEY: this.#apiKey,
      LIVE_PROGRESS: 'false',
      LOG_LEVEL: 'warn',
    };
  }
}
