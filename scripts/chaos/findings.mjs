/** Everything a run leaves behind, looked at when nobody is called any more. */
import { brokenInvariants } from '../acceptance/invariants.mjs';
import { readLedger } from '../acceptance/ledger.mjs';
import { rowsOf } from '../acceptance/rows.mjs';
import { callersKept } from './callers.mjs';
import { APOLOGY, GLOBAL_LIMIT, lostAfterMs, QUESTIONS } from './cast.mjs';
import { disturbancesIn } from './disturbances.mjs';
import { lateFirstClaims } from './first-claims.mjs';
import { judge, violationsOf } from './judge.mjs';
import { everything } from './stored.mjs';

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
  const { outages, measured, stalls } = theatre;
  const disturbances = disturbancesIn({ done, absences: crew.absences.spans(), stalls });
  const callers = callersKept(entries, outages, disturbances, APOLOGY);
  const { accidents } = crew;
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
    outages,
    measured,
    stalls,
    skipped: stage.skipped,
    skewed: stage.skewed,
    accidents,
    failedStarts: crew.failedStarts,
    callers,
    violations: violationsIn({ verdict, invariants, accidents, drained, callers, measured, disturbances }),
  };
}

/**
 * Pure.
 *
 * @param {object} found
 * @param {import('./judge.mjs').Verdict} found.verdict
 * @param {{ broken: string[] }} found.invariants
 * @param {string[]} found.accidents
 * @param {{ seconds: number, inTime: boolean }} found.drained
 * @param {import('./callers.mjs').Kept} found.callers
 * @param {readonly import('./measures.mjs').Measured[]} found.measured
 * @param {readonly import('./callers.mjs').Span[]} found.disturbances
 * @returns {string[]}
 */
export function violationsIn({ verdict, invariants, accidents, drained, callers, measured, disturbances }) {
  return [
    ...violationsOf(verdict),
    ...invariants.broken,
    ...accidents,
    ...callers.lost,
    ...lateFirstClaims(measured, disturbances),
    ...(drained.inTime
      ? []
      : [`not everybody was final ${drained.seconds.toFixed(0)} s after the last fault`]),
  ];
}
