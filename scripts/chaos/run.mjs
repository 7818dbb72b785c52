/** One run from the first worker to the last look: faults while people are called, then none until nobody is open. */
import { progressOf } from '../acceptance/rows.mjs';
import { delay } from '../lib/project.mjs';
import { say, step } from '../lib/terminal.mjs';
import { FORMS, lostAfterMs } from './cast.mjs';
import { StallWatch } from './disturbances.mjs';
import { carryOut } from './faults.mjs';
import { Load } from './load.mjs';
import { resumeEverything } from './operators.mjs';
import { quietTimes } from './quiet.mjs';
import { unfinished } from './stored.mjs';

const PROGRESS_MS = 5_000;
const SHORT_MS = 120_000;
/** Beside the wait for what was lost: the retries it leads to, and leases of dead workers. */
const DRAIN_SPARE_MS = 120_000;

/**
 * @typedef {object} Played
 * @property {import('./stage.mjs').Setting} setting
 * @property {import('./stage.mjs').Stage} stage
 * @property {import('./cast.mjs').Form} form
 * @property {import('./faults.mjs').Done[]} done
 * @property {import('./faults.mjs').Theatre} theatre
 * @property {{ seconds: number, inTime: boolean }} drained when nobody was left to call, after the last fault
 */

/**
 * @param {import('./stage.mjs').Setting} setting
 * @param {import('./stage.mjs').Stage} stage
 * @returns {Promise<Played>}
 */
export async function play(setting, stage) {
  const { seed, durationMs, plan, pool, server, databaseUrl, folder, signal } = setting;
  await step('carrier', () => stage.openCarrier(), String);
  await step('workers', () => stage.openCrew(), String);
  for (const why of stage.skipped) say(`  skipped        ${why}`);
  const form = durationMs < SHORT_MS ? FORMS.short : FORMS.long;
  const load = new Load({ seed, form, api: stage.api(), pool, signal });
  await load.begin();
  const keepingUp = load.keepUp();
  say(
    `\n  ${plan.length} faults in ${Math.round(durationMs / 1_000)} s from seed ${seed}; logs in ${folder}`,
  );
  const { crew, carrier } = stage;
  const office = { api: stage.api(), pool, campaignIds: () => load.campaignIds, signal };
  const stallWatch = new StallWatch();
  /** @type {import('./faults.mjs').Theatre} */
  const theatre = {
    crew,
    carrier,
    office,
    server,
    databaseUrl,
    pool,
    signal,
    measured: [],
    measuring: new Set(),
    outages: [],
    stalls: stallWatch.stalls,
    quiet: [],
  };
  /** @type {import('./faults.mjs').Done[]} */
  const done = [];
  const stopWatching = watch(theatre, done);
  try {
    await playFaults(setting, theatre, done);
    load.stop();
    await keepingUp;
    say('\n  the faults are over; everything goes on undisturbed');
    await stage.mend();
    await resumeEverything(office);
    const drained = await drain(setting, carrier, lostAfterMs(form.callSeconds) + DRAIN_SPARE_MS);
    await Promise.all(theatre.measuring);
    return { setting, stage, form, done, theatre, drained };
  } finally {
    load.stop();
    stallWatch.stop();
    stopWatching();
  }
}

/**
 * @param {import('./stage.mjs').Setting} setting
 * @param {import('./faults.mjs').Theatre} theatre
 * @param {import('./faults.mjs').Done[]} done
 */
async function playFaults({ plan, durationMs, signal }, theatre, done) {
  const began = performance.now();
  const beganAt = Date.now();
  theatre.quiet = quietTimes(plan).map(({ from, to }) => ({ from: beganAt + from, to: beganAt + to }));
  /** @type {Promise<void>[]} */
  const underWay = [];
  for (const fault of plan) {
    await delay(Math.max(0, began + fault.atMs - performance.now()));
    signal.throwIfAborted();
    const begun = carryOut(theatre, fault);
    done.push(begun.done);
    underWay.push(begun.over);
  }
  await delay(Math.max(0, began + durationMs - performance.now()));
  signal.throwIfAborted();
  await Promise.all(underWay);
}

/**
 * @param {import('./stage.mjs').Setting} setting
 * @param {import('../acceptance/carrier.mjs').Carrier} carrier
 * @param {number} withinMs
 */
async function drain({ pool, signal }, carrier, withinMs) {
  const began = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const { open, live } = await unfinished(pool);
    const { live: speaking } = await carrier.summary();
    const ms = performance.now() - began;
    if (open.length + live.length + speaking === 0) return { seconds: ms / 1_000, inTime: true };
    if (ms > withinMs) return { seconds: ms / 1_000, inTime: false };
    await delay(500);
  }
}

/**
 * A line every few seconds: R a worker that is ready, s one that starts, z one that is frozen.
 *
 * @param {import('./faults.mjs').Theatre} theatre
 * @param {import('./faults.mjs').Done[]} done
 * @returns {() => void}
 */
function watch({ crew, carrier, pool, outages }, done) {
  const began = performance.now();
  const look = async () => {
    const rows = await progressOf(pool).catch(() => undefined);
    const { placed, live } = await carrier.summary();
    const workers = crew.slots.map(({ frozen, ready }) => (frozen ? 'z' : ready ? 'R' : 's')).join('');
    say(
      `  ${`${Math.round((performance.now() - began) / 1_000)} s`.padStart(6)}  workers ${workers}  ` +
        (rows ? `open ${rows.open}, live ${rows.live}, ended ${rows.ended}` : 'database away') +
        `; carrier: ${live} live of ${placed}; kills and stops ${countsOf(done).kills}, restarts ${outages.length}, faults ${done.length}`,
    );
  };
  const timer = setInterval(() => void look().catch(() => {}), PROGRESS_MS);
  return () => clearInterval(timer);
}

/** @param {readonly import('./faults.mjs').Done[]} done */
export function countsOf(done) {
  return {
    kills: done.filter(({ against, victim }) => against === 'worker' && victim !== '').length,
    restarts: done.filter(({ against }) => against === 'database').length,
  };
}
