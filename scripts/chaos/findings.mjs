/** Everything a run leaves behind, looked at when nobody is called any more. */
import { brokenInvariants } from '../acceptance/invariants.mjs';
import { readLedger } from '../acceptance/ledger.mjs';
import { rowsOf } from '../acceptance/rows.mjs';
import { callersKept } from './callers.mjs';
import { APOLOGY, GLOBAL_LIMIT, lostAfterMs, QUESTIONS } from './cast.mjs';
import { judge, violationsOf } from './judge.mjs';
import { everything } from './stored.mjs';

/** A worker that is being started again, or connections that are being made anew. */
const RECOVERY_MS = 3_000;

/** @typedef {Awaited<ReturnType<typeof findingsOf>>} Findings */

/** @param {import('./run.mjs').Played} played */
export async function findingsOf({ setting, stage, form, done, theatre, drained }) {
  const { pool } = setting;
  const { crew, carrier, doorLog } = stage;
  const entries = await carrier.read();
  const summary = await carrier.summary();
  const ledger = readLedger(entries, (url) => doorLog.tookIn(url));
  const stored = await everything(pool);
  const { promised } = doorLog;
  const verdict = judge(
    { stored, ledger, promised, summary },
    { questions: QUESTIONS, lostAfterMs: lostAfterMs(form.callSeconds), globalLimit: GLOBAL_LIMIT },
  );
  const invariants = await brokenInvariants(pool);
  const [{ events }] = await rowsOf(pool, 'SELECT count(*)::int AS events FROM domain_events');
  return {
    setting,
    done,
    drained,
    events,
    entries,
    ledger,
    summary,
    stored,
    promised,
    verdict,
    invariants,
    outages: theatre.outages,
    measured: theatre.measured,
    skipped: stage.skipped,
    skewed: stage.skewed,
    accidents: crew.accidents,
    failedStarts: crew.failedStarts,
    callers: callersKept(entries, theatre.outages, disturbancesOf(done), APOLOGY),
    violations: [
      ...violationsOf(verdict),
      ...invariants.broken,
      ...crew.accidents,
      ...(drained.inTime
        ? []
        : [`not everybody was final ${drained.seconds.toFixed(0)} s after the last fault`]),
    ],
  };
}

/**
 * @param {import('./faults.mjs').Done[]} done
 * @returns {import('./callers.mjs').Span[]} when something else than the database can have cost a caller the line
 */
function disturbancesOf(done) {
  return done
    .filter(
      ({ against, kind }) => against === 'worker' || (against === 'session' && kind !== 'long transaction'),
    )
    .map(({ from, to }) => ({ from, to: (to ?? from) + RECOVERY_MS }));
}
