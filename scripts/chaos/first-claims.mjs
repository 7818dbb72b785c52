/** Whether somebody was claimed soon enough after the database was back. Pure. */

/**
 * @typedef {import('./callers.mjs').Span} Span
 * @typedef {import('./measures.mjs').Measured} Measured
 */

/** From the first connection that PostgreSQL answers again, while somebody is due and there is a place for the call. */
export const FIRST_CLAIM_MS = 5_000;
const AFTER_RESTART = 'database back';

/**
 * A worker that is killed, frozen or cut off between the outage and the end of the five seconds may have had the claim
 * lock, or the only connection: such a restart shows nothing.
 *
 * @param {readonly Measured[]} measured
 * @param {readonly Span[]} disturbances
 * @returns {string[]} violations
 */
export function lateFirstClaims(measured, disturbances) {
  return measured
    .filter(({ what, ms, hindered }) => {
      return what.startsWith(AFTER_RESTART) && hindered === null && (ms === null || ms > FIRST_CLAIM_MS);
    })
    .filter(({ from, since }) => {
      return !disturbances.some((other) => other.from <= since + FIRST_CLAIM_MS && other.to >= from);
    })
    .map(({ what, ms, since }) => {
      const when = `"${what}" at ${new Date(since).toISOString()}, while nothing else was wrong`;
      if (ms === null) return `nobody was claimed within 60 s after ${when}`;
      return `the first claim came ${(ms / 1_000).toFixed(1)} s after ${when}`;
    });
}
