/** Carries a planned fault out. */
import { rowsOf } from '../acceptance/rows.mjs';
import { withClient } from '../lib/databases.mjs';
import { delay } from '../lib/project.mjs';
import { CARRIER_FAULTS, USUAL_FAULTS } from './cast.mjs';
import { untilItAnswers } from './database-server.mjs';
import { insist } from './load.mjs';
import { lastClaim, untilNextClaim } from './measures.mjs';
import { act } from './operators.mjs';
import { letQuiet } from './quiet.mjs';

const BURST_MS = 200;
/** Most faults leave one worker that is ready; in so many cases it may be the last one. */
const LAST_WORKER_SHARE = 0.15;
/** Where starting takes long, a fault waits this long for another worker to be ready. */
const PATIENCE_MS = 10_000;

/**
 * @typedef {import('./plan.mjs').Fault} Fault
 * @typedef {Fault & { from: number, to: number | null, victim: string }} Done from and to in milliseconds of the wall clock
 * @typedef {object} Theatre where it all happens
 * @property {import('./crew.mjs').Crew} crew
 * @property {import('./database-server.mjs').DatabaseServer} server
 * @property {string} databaseUrl
 * @property {import('pg').Pool} pool of this run's own, past the wires
 * @property {import('../acceptance/carrier.mjs').Carrier} carrier
 * @property {import('./operators.mjs').Office} office
 * @property {import('./measures.mjs').Measured[]} measured
 * @property {Set<Promise<unknown>>} measuring
 * @property {{ from: number, to: number }[]} outages of the database, wall clock
 * @property {import('./callers.mjs').Span[]} stalls of this machine, wall clock
 * @property {import('./callers.mjs').Span[]} quiet times in which nothing happens to the workers, wall clock
 * @property {AbortSignal} signal
 */

/**
 * @param {Theatre} theatre
 * @param {Fault} fault
 * @returns {{ done: Done, over: Promise<void> }} it has begun; over when it has ended
 */
export function carryOut(theatre, fault) {
  /** @type {Done} */
  const done = { ...fault, from: Date.now(), to: null, victim: '' };
  const over = byWhom[fault.against](theatre, done).finally(() => (done.to = Date.now()));
  // Whoever awaits it still sees the error.
  over.catch(() => {});
  return { done, over };
}

/** @type {Record<Fault['against'], (theatre: Theatre, done: Done) => Promise<void>>} */
const byWhom = {
  worker: againstWorker,
  database: againstDatabase,
  session: againstSessions,
  carrier: againstCarrier,
  operator: (theatre, done) => act(theatre.office, done),
};

/**
 * @param {Theatre} theatre
 * @param {Done} done
 */
async function againstWorker(theatre, done) {
  const { crew, signal } = theatre;
  const patienceMs = done.draw < LAST_WORKER_SHARE ? 0 : PATIENCE_MS;
  const { recovered } = await crew.inTurn(() => strike(theatre, done), { patienceMs, signal });
  await recovered;
}

/**
 * @param {Theatre} theatre
 * @param {Done} done
 * @returns {Promise<{ recovered: Promise<void> | undefined }>}
 */
async function strike(theatre, done) {
  const { crew, pool, quiet } = theatre;
  const { waitMs, forMs } = letQuiet(quiet, Date.now(), done.forMs);
  await delay(waitMs);
  const claim = await lastClaim(pool);
  const claimer = claim && crew.whoIs(claim.by);
  // One that is frozen or gone already is passed over for its neighbour.
  const chosen = [done.atClaimer ? claimer : undefined, crew.slot(done.slot), ...crew.slots].find(
    (slot) => slot?.process !== undefined && !slot.process.isEnding && !slot.frozen,
  );
  if (chosen === undefined) return { recovered: undefined };
  done.from = Date.now();
  done.victim = chosen.process?.name ?? '';
  if (chosen === claimer && chosen.ready && claim !== undefined)
    measure(theatre, `claiming worker ${done.kind}`, claim.now, done.from);
  if (done.kind === 'frozen') return { recovered: crew.freeze(chosen, forMs) };
  return { recovered: done.kind === 'killed' ? crew.kill(chosen) : crew.terminate(chosen) };
}

/**
 * @param {Theatre} theatre
 * @param {Done} done
 */
async function againstDatabase(theatre, done) {
  const { server, outages, signal } = theatre;
  const from = Date.now();
  const restarting = server.restart(/** @type {any} */ (done.kind), done.forMs);
  // Once it has been stopped; before, it would still answer.
  await Promise.race([restarting, delay(Math.min(300, done.forMs))]);
  const { databaseAt } = await whenBack(restarting, server.adminUrl, signal);
  outages.push({ from, to: Date.now() });
  measure(theatre, `database back (${done.kind})`, databaseAt, from);
}

/**
 * @param {Promise<void>} restarting
 * @param {string} adminUrl
 * @param {AbortSignal} signal
 */
async function whenBack(restarting, adminUrl, signal) {
  await restarting;
  return untilItAnswers(adminUrl, signal);
}

/**
 * @param {Theatre} theatre
 * @param {Done} done
 */
async function againstSessions(theatre, done) {
  const { crew, pool, databaseUrl, signal } = theatre;
  const slots = done.everywhere ? crew.slots : [crew.slot(done.slot)];
  done.victim = done.everywhere ? 'all workers' : (slots[0]?.name ?? '');
  switch (done.kind) {
    case 'sessions terminated': {
      const end = performance.now() + done.forMs;
      do {
        await rowsOf(
          pool,
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name LIKE 'voice-survey-agent%' AND random() < 0.6`,
        ).catch(() => {});
        await delay(BURST_MS);
      } while (performance.now() < end && !signal.aborted);
      return;
    }
    case 'connections cut':
      for (const { wire } of slots) wire.cut();
      return;
    case 'half-open':
    case 'black hole': {
      const claim = await lastClaim(pool);
      for (const { wire } of slots) {
        if (done.kind === 'black hole') wire.blackHole(true);
        wire.deaden();
      }
      if (done.everywhere && done.kind === 'half-open' && claim !== undefined)
        measure(theatre, 'all connections half-open', claim.now, done.from);
      await delay(done.forMs);
      for (const { wire } of slots) {
        if (done.kind === 'black hole') wire.blackHole(false);
        wire.bury();
      }
      return;
    }
    case 'long transaction':
      await withClient(databaseUrl, async (client) => {
        await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
        await client.query('SELECT count(*) FROM contacts');
        await delay(done.forMs);
      }).catch(() => {});
  }
}

/**
 * @param {Theatre} theatre
 * @param {Done} done
 */
async function againstCarrier({ carrier, signal }, done) {
  const special =
    done.kind === 'carrier outage'
      ? [{ fault: 'outage', by: done.draw < 0.5 ? '503' : 'reset' }]
      : CARRIER_FAULTS[done.kind];
  await insist(() => carrier.setFaults([...(special ?? []), ...USUAL_FAULTS]), signal);
  await delay(done.forMs);
  await insist(() => carrier.setFaults(USUAL_FAULTS), signal);
}

/**
 * @param {Theatre} theatre
 * @param {string} what
 * @param {Date} since
 * @param {number} from
 */
function measure({ pool, measured, measuring, signal }, what, since, from) {
  const work = untilNextClaim(pool, { what, from, since, signal }).then((one) => void measured.push(one));
  measuring.add(work);
  work.finally(() => measuring.delete(work)).catch(() => {});
}
