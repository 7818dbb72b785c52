/** Who was being spoken to when the database went away, and whether they were still there when it came back. Pure. */

/**
 * @typedef {import('../acceptance/carrier.mjs').Entry} Entry
 * @typedef {{ from: number, to: number }} Span milliseconds of the wall clock
 * @typedef {{ outages: number, waited: number, kept: number, lost: string[] }} Kept waited: those who needed an answer meanwhile
 */

/** Through an outage shorter than this, everybody who is on the line stays on it. */
const LONGEST_MS = 15_000;
const BEFORE_MS = 1_000;
const AFTER_MS = 4_000;

/**
 * Who asked for a prompt while the database was away is followed until they hear one, or an apology, or the call ends; or
 * until something else goes wrong, which leaves it open whose doing it was.
 *
 * @param {readonly Entry[]} entries of the carrier
 * @param {readonly Span[]} outages
 * @param {readonly Span[]} disturbances whatever else can cost a caller the line
 * @param {string} apology
 * @returns {Kept}
 */
export function callersKept(entries, outages, disturbances, apology) {
  const clean = outages.filter(
    ({ from, to }) =>
      to - from < LONGEST_MS &&
      !disturbances.some((other) => other.from < to + AFTER_MS && other.to > from - BEFORE_MS),
  );
  /** @type {Map<string, Entry[]>} */
  const calls = new Map();
  for (const entry of entries) {
    if (typeof entry.sid !== 'string') continue;
    const own = calls.get(entry.sid);
    if (own === undefined) calls.set(entry.sid, [entry]);
    else own.push(entry);
  }
  let kept = 0;
  /** @type {string[]} */
  const lost = [];
  for (const outage of clean) {
    const next = Math.min(...disturbances.map(({ from }) => from).filter((from) => from >= outage.to));
    for (const [sid, own] of calls) {
      const end = howItEnded(own, outage, next, apology);
      if (end === 'kept') kept++;
      else if (end !== null)
        lost.push(
          `${sid}: a caller ${end} at an outage of ${((outage.to - outage.from) / 1_000).toFixed(1)} s, nothing else wrong`,
        );
    }
  }
  return { outages: clean.length, waited: kept + lost.length, kept, lost };
}

/**
 * @param {Entry[]} own of one call
 * @param {Span} outage
 * @param {number} until what happens later is not judged
 * @param {string} apology
 * @returns {string | null} `kept`, or how they were lost; null: they asked for nothing, or it cannot be told
 */
function howItEnded(own, { from, to }, until, apology) {
  const asked = own.findIndex(({ type, kind, at }) => {
    const when = Date.parse(at);
    const isRequest =
      (type === 'webhook.sent' || type === 'webhook.answered') && (kind === 'turn' || kind === 'voice');
    return isRequest && when >= from && when <= to;
  });
  if (asked < 0) return null;
  for (const { at, type, texts, endedBy } of own.slice(asked + 1)) {
    if (Date.parse(at) >= until) return null;
    if (type === 'call.heard') {
      const isApology = texts.some((/** @type {string} */ text) => text.includes(apology));
      return isApology ? 'heard our apology' : 'kept';
    }
    if (type === 'call.status' && endedBy !== undefined)
      return endedBy === 'application' || endedBy === 'loopGuard' ? 'was cut off' : 'kept';
  }
  return null;
}
