/** Compares what was stored with what the workers acknowledged, what the carrier did and what the people did. Pure. */
import { mayHaveRung } from '../acceptance/ledger.mjs';
import { disagreements } from '../acceptance/truth.mjs';

/**
 * @typedef {import('../acceptance/ledger.mjs').Ledger} Ledger
 * @typedef {import('./door-log.mjs').Promised} Promised
 * @typedef {import('./stored.mjs').Everything} Everything
 * @typedef {{ maxLive: number, numbersRungTwiceAtOnce: string[] }} Summary of the carrier
 * @typedef {object} Verdict
 * @property {string[]} twice attempts that were given to the carrier more than once, numbers rung twice at once, limits passed
 * @property {string[]} lostWebhooks
 * @property {string[]} lostAnswers
 * @property {string[]} notFinal
 * @property {string[]} uncountedLateCalls
 * @property {string[]} untrue rows that do not say what happened
 * @property {number} lateCalls calls of the carrier that no attempt owns
 */

/** @type {Record<string, string>} as the carrier's statuses are stored */
const SIGNALS = { 'in-progress': 'answered', 'no-answer': 'no_answer' };

/**
 * @param {object} evidence
 * @param {Everything} evidence.stored
 * @param {Ledger} evidence.ledger
 * @param {readonly Promised[]} evidence.promised
 * @param {Summary} evidence.summary
 * @param {{ questions: { key: string, text: string }[], lostAfterMs: number, globalLimit: number }} rules
 * @returns {Verdict}
 */
export function judge({ stored, ledger, promised, summary }, rules) {
  const facts = new Map(stored.facts.map((fact) => [`${fact.attemptId} ${fact.key}`, fact]));
  const late = new Set(stored.facts.filter(({ kind }) => kind === 'late_call').map(({ sid }) => sid));
  const owned = new Set(stored.state.attempts.map(({ providerCallId }) => providerCallId));
  const unowned = ledger.calls.filter(({ sid }) => !owned.has(sid));
  return {
    twice: [...placedTwice(ledger), ...limitsPassed(summary, rules)],
    lostWebhooks: lostStatuses(promised, facts, late),
    lostAnswers: lostTurns(promised, facts),
    notFinal: notFinal(stored),
    lateCalls: unowned.length,
    uncountedLateCalls: unowned
      .filter(({ sid }) => !late.has(sid))
      .map(
        ({ sid, to, attemptId }) =>
          `${to}: the call ${sid} (attempt ${attemptId}) belongs to nobody and was not recorded as late`,
      ),
    untrue: disagreements(stored.state, ledger, { ...rules, lateCalls: late }),
  };
}

/** @param {Ledger} ledger */
function placedTwice({ creates }) {
  /** @type {Map<string, import('../acceptance/ledger.mjs').Create[]>} */
  const perAttempt = new Map();
  for (const create of creates.filter(mayHaveRung))
    perAttempt.set(create.attemptId, [...(perAttempt.get(create.attemptId) ?? []), create]);
  return [...perAttempt]
    .filter(([, all]) => all.length > 1)
    .map(
      ([attemptId, all]) =>
        `${all[0]?.to}: attempt ${attemptId} was given to the carrier ${all.length} times`,
    );
}

/**
 * @param {Summary} summary
 * @param {{ globalLimit: number }} rules
 */
function limitsPassed({ maxLive, numbersRungTwiceAtOnce }, { globalLimit }) {
  return [
    ...(maxLive > globalLimit
      ? [`${maxLive} calls at once at the carrier, the limit is ${globalLimit}`]
      : []),
    ...numbersRungTwiceAtOnce.map((number) => `${number}: rung twice at once`),
  ];
}

/**
 * @param {readonly Promised[]} promised
 * @param {Map<string, import('./stored.mjs').Fact>} facts
 * @param {Set<string>} late
 */
function lostStatuses(promised, facts, late) {
  const lost = promised.filter(({ kind, attemptId, sid, callStatus }) => {
    if (kind !== 'status' || callStatus === null || late.has(sid)) return false;
    return !facts.has(`${attemptId} signal:${sid}:${SIGNALS[callStatus] ?? callStatus}`);
  });
  return [
    ...new Set(
      lost.map(
        ({ attemptId, sid, callStatus }) =>
          `attempt ${attemptId}: "${callStatus}" of ${sid} was acknowledged and is not stored`,
      ),
    ),
  ];
}

/**
 * @param {readonly Promised[]} promised
 * @param {Map<string, import('./stored.mjs').Fact>} facts
 */
function lostTurns(promised, facts) {
  const lost = promised.flatMap(({ kind, said, attemptId, turn, keys }) => {
    if (kind !== 'turn' || said !== 'prompt') return [];
    const fact = facts.get(`${attemptId} turn:${turn}`);
    if (fact === undefined)
      return [`attempt ${attemptId}: turn ${turn} (keys "${keys}") was answered and is not stored`];
    const same = (fact.keys ?? '') === keys || turn === 0;
    return same
      ? []
      : [
          `attempt ${attemptId}: turn ${turn} is stored with keys "${fact.keys ?? ''}", answered was "${keys}"`,
        ];
  });
  return [...new Set(lost)];
}

/** @param {Everything} stored */
function notFinal({ open, live }) {
  return [
    ...open.map(
      ({ phone, id, state, nextAttemptAt }) =>
        `${phone}: contact ${id} is ${state}, next attempt ${nextAttemptAt?.toISOString() ?? 'none'}`,
    ),
    ...live.map(
      ({ id, status, dialResult }) => `attempt ${id} is ${status} (result ${dialResult ?? 'none'})`,
    ),
  ];
}

/** @param {Verdict} verdict */
export function violationsOf({
  twice,
  lostWebhooks,
  lostAnswers,
  notFinal: open,
  uncountedLateCalls,
  untrue,
}) {
  return [...twice, ...lostWebhooks, ...lostAnswers, ...open, ...uncountedLateCalls, ...untrue];
}
