/** The time around every second restart of the database, in which nothing else goes wrong. Pure. */

/**
 * @typedef {import('./callers.mjs').Span} Span
 * @typedef {import('./plan.mjs').Fault} Fault
 */

/** Before and after every second restart nothing else happens: what the callers on the line hear is then its doing. */
const QUIET_BEFORE_MS = 5_000;
const QUIET_AFTER_MS = 9_000;
const MOVED_WITHIN_MS = 4_000;

/**
 * @param {readonly Fault[]} faults
 * @returns {Span[]} in milliseconds since the faults began
 */
export function quietTimes(faults) {
  return faults
    .filter(({ against }) => against === 'database')
    .filter((_, index) => index % 2 === 0)
    .map(({ atMs, forMs }) => ({ from: atMs - QUIET_BEFORE_MS, to: atMs + forMs + QUIET_AFTER_MS }));
}

/**
 * @param {Fault} fault
 * @param {readonly Span[]} quiet
 * @returns {Fault} what would begin in a quiet time begins after it, what would reach into one ends before it
 */
export function outsideQuiet(fault, quiet) {
  // A long transaction disturbs nobody who speaks.
  if (fault.kind === 'long transaction') return fault;
  const now = quiet.find(({ from, to }) => fault.atMs >= from && fault.atMs < to);
  const atMs = now === undefined ? fault.atMs : Math.round(now.to + fault.draw * MOVED_WITHIN_MS);
  const next = quiet.find(({ from }) => from >= atMs);
  return {
    ...fault,
    atMs,
    forMs: next === undefined ? fault.forMs : Math.min(fault.forMs, next.from - atMs),
  };
}

/**
 * A fault that had to wait for its turn comes no sooner than a quiet time is over, and ends before the next.
 *
 * @param {readonly Span[]} quiet
 * @param {number} now
 * @param {number} forMs how long it was to last
 * @returns {{ waitMs: number, forMs: number }}
 */
export function letQuiet(quiet, now, forMs) {
  const at = quiet.find(({ from, to }) => now >= from && now < to)?.to ?? now;
  const next = Math.min(...quiet.map(({ from }) => from).filter((from) => from > at));
  return { waitMs: at - now, forMs: Math.min(forMs, next - at) };
}
