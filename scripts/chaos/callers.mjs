/** Who was being spoken to when the database went away, and whether they were still there when it came back. Pure. */

/**
 * @typedef {import('../acceptance/carrier.mjs').Entry} Entry
 * @typedef {{ from: number, to: number }} Span milliseconds of the wall clock
 * @typedef {{ outages: number, waited: number, kept: number, lost: string[] }} Kept waited: those who needed an answer meanwhile
 */

const LONGEST_MS = 15_000;
/** So long after the outage something else may be what ended the call. */
const AFTER_MS = 4_000;

/**
 * @param {readonly Entry[]} entries of the carrier
 * @param {readonly Span[]} outages
 * @param {readonly Span[]} disturbances other faults that can cost a caller the line
 * @param {string} apology
 * @returns {Kept}
 */
export function callersKept(entries, outages, disturbances, apology) {
  const clean = outages.filter(
    ({ from, to }) =>
      to - from < LONGEST_MS &&
      !disturbances.some((other) => other.from < to + AFTER_MS && other.to > from - 1_000),
  );
  /** @type {Map<string, Entry[]>} */
  const calls = new Map();
  for (const entry of entries) {
    if (typeof entry.sid !== 'string') continue;
    const own = calls.get(entry.sid);
    if (own === undefined) calls.set(entry.sid, [entry]);
    else own.push(entry);
  }
  let waited = 0;
  /** @type {string[]} */
  const lost = [];
  for (const outage of clean) {
    for (const [sid, own] of calls) {
      if (!waitedIn(own, outage)) continue;
      waited++;
      const how = lossIn(own, { from: outage.from, to: outage.to + AFTER_MS }, apology);
      if (how !== null)
        lost.push(`${sid}: ${how} at an outage of ${((outage.to - outage.from) / 1_000).toFixed(1)} s`);
    }
  }
  return { outages: clean.length, waited, kept: waited - lost.length, lost };
}

/**
 * @param {Entry[]} own
 * @param {Span} outage
 */
function waitedIn(own, { from, to }) {
  return own.some(({ type, kind, url, at }) => {
    const when = Date.parse(at);
    return (
      type === 'webhook.sent' &&
      (kind === 'turn' || kind === 'voice') &&
      when >= from &&
      when <= to &&
      String(url).includes('waited=')
    );
  });
}

/**
 * @param {Entry[]} own
 * @param {Span} span
 * @param {string} apology
 */
function lossIn(own, { from, to }, apology) {
  for (const { at, type, texts, endedBy } of own) {
    const when = Date.parse(at);
    if (when < from || when > to) continue;
    if (type === 'call.heard' && texts.some((/** @type {string} */ text) => text.includes(apology)))
      return 'heard our apology';
    if (type === 'call.status' && endedBy === 'application') return 'was cut off';
  }
  return null;
}
