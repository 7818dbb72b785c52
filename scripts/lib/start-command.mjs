/** `npm start`: everything a developer needs, from an empty clone to a campaign being called, and back to nothing. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { adminKey, launchApplication, localUrl, untilHealthy } from './application-process.mjs';
import { ensureBuilt } from './build.mjs';
import {
  carrierIdentity,
  launchCarrier,
  simulatorEnvironment,
  untilCarrierListens,
} from './carrier-process.mjs';
import { createDatabase, developmentDatabase } from './databases.mjs';
import { ensureCluster } from './embedded-postgres.mjs';
import { loadDotEnv, usesSimulator, withoutEmpty } from './environment.mjs';
import { withFileLock } from './file-lock.mjs';
import { ensureInstalled } from './install.mjs';
import { endOrphans, recordChild } from './orphans.mjs';
import { portFrom, requireFreePort, requirePlatform } from './preflight.mjs';
import { onStopRequest } from './processes.mjs';
import { dataDirectory, ensureDataDirectory, messageOf, projectRoot } from './project.mjs';
import { supervise } from './supervision.mjs';
import { say, secondsSince, step } from './terminal.mjs';

/** The application drains for up to 8 s; with the database behind it everything is over within 10 s. */
const APPLICATION_GRACE_MS = 8_500;
const CARRIER_GRACE_MS = 500;

/** @typedef {(() => Promise<void>)[]} Cleanup run backwards */

export async function start() {
  loadDotEnv();
  const env = withoutEmpty(process.env);
  requirePlatform({ needsDatabase: !env.DATABASE_URL });
  const port = portFrom(env.PORT);
  ensureDataDirectory();
  return withFileLock(join(dataDirectory, 'start.lock'), () => startOnce(env, port), {
    timeoutMs: 0,
    busy: (holder) => `npm start already runs in this clone (process ${holder}).`,
  });
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {number} port
 */
async function startOnce(env, port) {
  const stop = new AbortController();
  const stopped = new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
  onStopRequest((reason) => {
    say(`\nStopping (${reason}).`);
    stop.abort();
  });
  /** @type {Cleanup} */
  const cleanup = [];
  const work = bringUp(env, port, stop.signal, cleanup);
  // After a stop request the work fails somewhere in its middle; that is not news.
  work.catch(() => {});
  try {
    await Promise.race([work, stopped]);
  } finally {
    stop.abort();
    for (const undo of cleanup.reverse()) {
      await undo().catch((error) => say(`While stopping: ${messageOf(error)}`));
    }
  }
  say('Stopped.');
}

/**
 * @param {NodeJS.ProcessEnv} userEnv
 * @param {number} port
 * @param {AbortSignal} signal
 * @param {Cleanup} cleanup
 * @returns {Promise<never>} rejects when a server is given up
 */
async function bringUp(userEnv, port, signal, cleanup) {
  const began = performance.now();
  await endOrphans();
  await requireFreePort(port);
  say('VoiceSurveyAgent');
  /**
   * @template T
   * @param {string} name
   * @param {() => Promise<T>} work
   * @param {(result: T) => string} [describe]
   */
  const phase = (name, work, describe) => {
    signal.throwIfAborted();
    return step(name, work, describe);
  };
  await phase('dependencies', ensureInstalled, String);
  const [databaseUrl] = await Promise.all([
    userEnv.DATABASE_URL ?? phase('database', () => embeddedDatabase(cleanup), describeServer),
    phase('build', ensureBuilt, String),
  ]);
  const baseUrl = localUrl(userEnv.HOST, port);
  const simulated = usesSimulator(userEnv);
  const key = adminKey(userEnv);
  /** @type {NodeJS.ProcessEnv} */
  let env = {
    NODE_ENV: 'development',
    ...userEnv,
    ...key.env,
    DATABASE_URL: databaseUrl,
    PORT: String(port),
  };
  /** @type {Promise<never>[]} */
  const failures = [];
  if (simulated) {
    const identity = await carrierIdentity();
    env = simulatorEnvironment(env, identity, baseUrl);
    signal.throwIfAborted();
    const carrier = supervise(
      'carrier simulator',
      () => recordChild('carrier', launchCarrier(identity, userEnv)),
      untilCarrierListens,
    );
    cleanup.push(() => carrier.stop(CARRIER_GRACE_MS));
    failures.push(carrier.failed);
    await phase(
      'carrier',
      () => Promise.race([carrier.ready, carrier.failed]),
      () => 'simulated',
    );
  }
  const demonstration = simulated && !userEnv.NO_DEMO && existsSync(demonstrationScript);
  if (demonstration) env = { ...env, LIVE_PROGRESS: '1' };
  signal.throwIfAborted();
  const application = supervise(
    'application',
    () => recordChild('application', launchApplication(env)),
    ({ exited }) => untilHealthy(baseUrl, exited),
  );
  cleanup.push(() => application.stop(APPLICATION_GRACE_MS));
  failures.push(application.failed);
  await phase(
    'application',
    () => Promise.race([application.ready, ...failures]),
    () => 'ready',
  );

  signal.throwIfAborted();
  say(`Ready after ${secondsSince(began)}. Ctrl-C stops everything.`);
  say(`  API      ${baseUrl}/api/v1   key: ${key.where}`);
  say(`  Docs     ${baseUrl}/docs`);
  say(`  Metrics  ${baseUrl}/metrics`);
  if (demonstration && env.ADMIN_API_KEY) {
    void demonstrate({ baseUrl, apiKey: env.ADMIN_API_KEY, keyPath: key.keyPath, signal });
  }
  return Promise.race(failures);
}

/**
 * @param {Cleanup} cleanup
 * @returns {Promise<string>}
 */
async function embeddedDatabase(cleanup) {
  const cluster = ensureCluster({ name: 'postgres' });
  // Before it is there: a stop request during initdb must not leave a server behind.
  cleanup.push(async () => (await cluster).stop());
  return createDatabase((await cluster).adminUrl, developmentDatabase);
}

/** @param {string} url */
function describeServer(url) {
  return `embedded PostgreSQL on port ${new URL(url).port}`;
}

const demonstrationScript = join(projectRoot, 'scripts', 'demo.mjs');

/**
 * The server stays up whatever becomes of it.
 *
 * @param {{ baseUrl: string, apiKey: string, keyPath?: string, signal: AbortSignal }} options
 */
async function demonstrate(options) {
  try {
    /** @type {{ runDemonstration: (options: { baseUrl: string, apiKey: string, keyPath?: string, signal: AbortSignal, log: (text: string) => void }) => Promise<unknown> }} */
    const { runDemonstration } = await import(pathToFileURL(demonstrationScript).href);
    await runDemonstration({ ...options, log: say });
  } catch (error) {
    if (!options.signal.aborted) say(`The demonstration ended early: ${messageOf(error)}`);
  }
}
