/**
 * `npm run acceptance`: the seed's acceptance run, steps 0 to 9, against separate processes that are really killed,
 * with one worker and then with three. It sees HTTP, SQL, signals and the carrier's ledger, like anybody outside.
 */
import { ensureBuilt } from '../lib/build.mjs';
import { ensureInstalled } from '../lib/install.mjs';
import { requirePlatform } from '../lib/preflight.mjs';
import { onStopRequest } from '../lib/processes.mjs';
import { messageOf } from '../lib/project.mjs';
import { say, secondsSince, step } from '../lib/terminal.mjs';
import { withOwnDatabase } from '../lib/test-database.mjs';
import { callSome } from './earlier-calls.mjs';
import { lookAtFirstTick, startWorkers } from './first-tick.mjs';
import { nothingTwice } from './guarantees.mjs';
import { killAllButOneThenThatOne, killTheOnlyWorker } from './hard-stop.mjs';
import { Report, StepBroken } from './report.mjs';
import { openPool } from './rows.mjs';
import { look, reset, stopEverything } from './reset.mjs';
import { settleByTruth } from './settlement.mjs';
import { Stage } from './stage.mjs';

const INTERRUPTED = 130;

/** @returns {Promise<number>} exit code */
export async function acceptance() {
  requirePlatform({ needsDatabase: !process.env.DATABASE_URL });
  const began = performance.now();
  const stop = new AbortController();
  onStopRequest((reason) => {
    say(`\nStopping (${reason}).`);
    stop.abort(new Error(`interrupted (${reason})`));
  });
  const report = new Report();
  try {
    await Promise.race([prepare(), whenAborted(stop.signal)]);
    await withOwnDatabase(({ url, name }) => play(url, name, report, stop.signal), { purpose: 'acceptance' });
  } catch (error) {
    if (stop.signal.aborted) return INTERRUPTED;
    if (!(error instanceof StepBroken)) report.failures.push(messageOf(error));
  }
  return verdict(report, began);
}

async function prepare() {
  await step('dependencies', ensureInstalled, String);
  await step('build', ensureBuilt, String);
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<never>}
 */
function whenAborted(signal) {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

/**
 * @param {Report} report
 * @param {number} began
 * @returns {number}
 */
function verdict({ failures }, began) {
  say('');
  if (failures.length === 0) {
    say(`  PASS  9  all steps hold (${secondsSince(began)})`);
    say('\nREADY FOR TWILIO LIVE');
    return 0;
  }
  say(`  FAIL  9  not ready (${secondsSince(began)}); what failed:`);
  for (const failure of failures) say(`         ! ${failure}`);
  return 1;
}

/**
 * @param {string} databaseUrl
 * @param {string} name
 * @param {Report} report
 * @param {AbortSignal} signal
 */
async function play(databaseUrl, name, report, signal) {
  say(`  database       ${name}, dropped at the end`);
  const stage = new Stage(await openPool(databaseUrl), databaseUrl, signal);
  try {
    await stage.open();
    await bothRounds(stage, report);
  } catch (error) {
    if (!signal.aborted) report.attach(stage.logs());
    throw error;
  } finally {
    await stage.close();
    report.failures.push(...stage.accidents);
  }
}

/**
 * @param {Stage} stage
 * @param {Report} report
 */
async function bothRounds(stage, report) {
  const { signal } = stage;
  /** @type {string} */
  let campaignId = '';
  /** @type {import('./hard-stop.mjs').Outage} */
  let outage = { killedAt: 0, readyAt: 0 };

  report.heading('One worker');
  await report.step('–', 'a campaign is being called', signal, async (notes) => {
    campaignId = await callSome(stage, notes);
  });
  await report.step('0', 'everything stopped', signal, (notes) => stopEverything(stage, notes));
  await report.step('1', 'the reset', signal, (notes) =>
    reset(stage, notes, { inOne: false, campaignId, status: 'running' }),
  );
  await report.step('2', 'nothing is left of the calls', signal, (notes) => look(stage, notes));
  await report.step('3', 'one worker, one tick', signal, (notes) => startWorkers(stage, notes, { count: 1 }));
  await report.step('4', 'everybody called once', signal, (notes) => lookAtFirstTick(stage, notes));
  await report.step('5', 'killed in the middle of live calls', signal, async (notes) => {
    outage = await killTheOnlyWorker(stage, notes);
  });
  await report.step('6', "each contact as the carrier's truth says", signal, (notes) =>
    settleByTruth(stage, notes, outage),
  );
  await report.step('8', 'nothing twice', signal, (notes) => nothingTwice(stage, notes));

  report.heading('Three workers');
  await report.step('–', 'the campaign is paused', signal, async ({ see }) => {
    const { status } = await stage.api('POST', `/campaigns/${campaignId}/pause`);
    see(`its status is ${status}`);
  });
  await report.step('0', 'everything stopped', signal, (notes) => stopEverything(stage, notes));
  await report.step('1', 'the reset', signal, (notes) =>
    reset(stage, notes, { inOne: true, campaignId, status: 'paused' }),
  );
  await report.step('2', 'nothing is left of the calls', signal, (notes) => look(stage, notes));
  await report.step('7', 'three workers at once, one tick', signal, (notes) =>
    startWorkers(stage, notes, { count: 3, resume: campaignId }),
  );
  await report.step('4', 'everybody called once', signal, (notes) => lookAtFirstTick(stage, notes));
  await report.step('5', 'killed in the middle of live calls', signal, async (notes) => {
    outage = await killAllButOneThenThatOne(stage, notes);
  });
  await report.step('6', "each contact as the carrier's truth says", signal, (notes) =>
    settleByTruth(stage, notes, outage),
  );
  await report.step('8', 'nothing twice', signal, (notes) => nothingTwice(stage, notes));
  await report.step('0', 'everything stopped', signal, (notes) => stopEverything(stage, notes));
}
