/** The faults of a run, all of them drawn from the seed before it begins. Pure. */
import { dealer, drawsOf } from './chance.mjs';
import { outsideQuiet, quietTimes } from './quiet.mjs';

/**
 * @typedef {object} Fault
 * @property {number} atMs since the faults began
 * @property {string} kind
 * @property {'worker' | 'database' | 'session' | 'carrier' | 'operator'} against
 * @property {number} forMs how long it lasts; 0: a moment
 * @property {number} slot the worker meant; those against the claiming worker go to this one when nobody claims
 * @property {boolean} atClaimer the worker that has claimed last
 * @property {boolean} everywhere against all workers
 * @property {number} draw from 0 up to 1, for choices that depend on what is there
 * @typedef {object} Means what this machine and this server allow
 * @property {boolean} restarts
 */

/** Kills and stops, of each worker. */
const WORKER_GAP_MS = [10_000, 22_000];
const RESTART_GAP_MS = [35_000, 75_000];
const FIRST_RESTART_MS = [14_000, 24_000];
const SESSION_GAP_MS = [7_000, 15_000];
const LONG_TRANSACTION_GAP_MS = [45_000, 90_000];
const CARRIER_GAP_MS = [7_000, 14_000];
const OPERATOR_GAP_MS = [4_000, 9_000];
/** No longer than this, so that a short run sees them awake again. */
const LONGEST_FREEZE_MS = 20_000;

/**
 * @param {{ seed: string, durationMs: number, workers: number }} run
 * @param {Means} means
 * @returns {Fault[]} in order
 */
export function planFaults({ seed, durationMs, workers }, means) {
  const restarts = means.restarts ? planRestarts(seed, durationMs) : [];
  const quiet = quietTimes(restarts);
  const others = [
    ...stream(
      seed,
      'worker',
      durationMs,
      WORKER_GAP_MS.map((ms) => ms / workers),
      workerFault(seed, durationMs, workers),
    ),
    ...stream(seed, 'session', durationMs, SESSION_GAP_MS, sessionFault(seed, workers)),
    ...stream(seed, 'long', durationMs, LONG_TRANSACTION_GAP_MS, longTransaction(seed), [1_000, 4_000]),
    ...stream(seed, 'carrier', durationMs, CARRIER_GAP_MS, carrierFault(seed)),
    ...stream(seed, 'operator', durationMs, OPERATOR_GAP_MS, operatorAct(seed)),
  ];
  const kept = others.map((fault) => outsideQuiet(fault, quiet)).filter(({ atMs }) => atMs < durationMs);
  return [...restarts, ...kept].sort((a, b) => a.atMs - b.atMs);
}

/**
 * @param {string} seed
 * @param {string} name
 * @param {number} durationMs
 * @param {number[]} gap
 * @param {() => Pick<Fault, 'kind' | 'against'> & Partial<Fault>} make
 * @param {number[]} [first]
 * @returns {Fault[]}
 */
function stream(seed, name, durationMs, gap, make, first = gap) {
  const draws = drawsOf(seed, `when ${name}`);
  const [from = 0, to = 0] = gap;
  const faults = [];
  for (let atMs = draws.between(first[0] ?? from, first[1] ?? to); atMs < durationMs;) {
    const rest = { forMs: 0, slot: 0, atClaimer: false, everywhere: false, ...make() };
    faults.push({ atMs: Math.round(atMs), draw: draws.next(), ...rest, forMs: Math.round(rest.forMs) });
    atMs += draws.between(from, to);
  }
  return faults;
}

/**
 * @param {string} seed
 * @param {number} durationMs
 */
function planRestarts(seed, durationMs) {
  const draws = drawsOf(seed, 'restarts');
  const kind = dealer(['restart fast', 'restart immediate', 'postmaster killed'], draws);
  const down = dealer([0, 1_000, 4_000, 10_000], draws);
  return stream(
    seed,
    'restart',
    durationMs,
    RESTART_GAP_MS,
    () => ({ kind: kind(), against: 'database', forMs: down() * draws.between(0.5, 1) }),
    FIRST_RESTART_MS,
  );
}

/**
 * @param {string} seed
 * @param {number} durationMs
 * @param {number} workers
 * @returns {() => Pick<Fault, 'kind' | 'against'> & Partial<Fault>}
 */
function workerFault(seed, durationMs, workers) {
  const draws = drawsOf(seed, 'workers');
  const kind = dealer(['killed', 'killed', 'frozen', 'frozen', 'frozen', 'terminated'], draws);
  const longest = Math.min(LONGEST_FREEZE_MS, Math.max(4_000, durationMs / 6));
  return () => {
    const what = kind();
    return {
      kind: what,
      against: 'worker',
      forMs: what === 'frozen' ? 2_000 + (longest - 2_000) * draws.next() ** 2 : 0,
      slot: draws.whole(0, workers - 1),
      atClaimer: draws.yes(0.5),
    };
  };
}

/**
 * @param {string} seed
 * @param {number} workers
 * @returns {() => Pick<Fault, 'kind' | 'against'> & Partial<Fault>}
 */
function sessionFault(seed, workers) {
  const draws = drawsOf(seed, 'sessions');
  const kind = dealer(
    ['sessions terminated', 'sessions terminated', 'connections cut', 'half-open', 'black hole'],
    draws,
  );
  /** @type {Record<string, [number, number]>} */
  const lasts = {
    'sessions terminated': [500, 3_000],
    'half-open': [12_000, 40_000],
    'black hole': [2_000, 9_000],
  };
  return () => {
    const what = kind();
    const [from, to] = lasts[what] ?? [0, 0];
    return {
      kind: what,
      against: 'session',
      forMs: draws.between(from, to),
      slot: draws.whole(0, workers - 1),
      everywhere: draws.yes(0.4),
    };
  };
}

/**
 * @param {string} seed
 * @returns {() => Pick<Fault, 'kind' | 'against'> & Partial<Fault>}
 */
function longTransaction(seed) {
  const draws = drawsOf(seed, 'long transactions');
  return () => ({ kind: 'long transaction', against: 'session', forMs: draws.between(30_000, 45_000) });
}

/**
 * @param {string} seed
 * @returns {() => Pick<Fault, 'kind' | 'against'> & Partial<Fault>}
 */
function carrierFault(seed) {
  const draws = drawsOf(seed, 'carrier');
  const kind = dealer(
    ['carrier outage', 'creates fail', 'creates fail', 'callbacks astray', 'callbacks astray', 'lists late'],
    draws,
  );
  return () => {
    const what = kind();
    const longest = what === 'carrier outage' ? 6_000 : 10_000;
    return { kind: what, against: 'carrier', forMs: draws.between(2_000, longest) };
  };
}

/**
 * @param {string} seed
 * @returns {() => Pick<Fault, 'kind' | 'against'> & Partial<Fault>}
 */
function operatorAct(seed) {
  const draws = drawsOf(seed, 'operators');
  const kind = dealer(
    [
      'campaign paused',
      'campaign paused, hanging up',
      'dialling stopped',
      'limit lowered',
      'pace lowered',
      'number suppressed',
      'number suppressed',
      'contact withdrawn',
    ],
    draws,
  );
  return () => ({ kind: kind(), against: 'operator', forMs: draws.between(1_500, 5_000) });
}
