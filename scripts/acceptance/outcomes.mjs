/** Whether the outcome of an attempt is one that its own call can have come to. Pure. */
import { decidedBy, decisionsIn } from './decisions.mjs';

/**
 * @typedef {import('./ledger.mjs').Call} Call
 * @typedef {import('./ledger.mjs').Pressed} Pressed
 * @typedef {import('./truth.mjs').Attempt} Attempt
 * @typedef {import('./truth.mjs').Rules} Rules
 */

const UNFINISHED = ['hung_up', 'partial', 'no_response'];
/** @type {Record<string, string>} */
const OUTCOME_OF = { busy: 'busy', 'no-answer': 'no_answer', failed: 'failed', canceled: 'failed' };

/**
 * @param {Attempt} attempt
 * @param {Call} call
 * @param {Rules} rules
 */
export function isLate({ outcome }, { sid }, { lateCalls }) {
  return outcome === 'lost' && lateCalls?.has(sid) === true;
}

/**
 * An attempt of which the carrier made no call: given back before it was offered, or given up after every bound.
 *
 * @param {Attempt} attempt
 * @param {number} rings
 * @param {Rules} rules
 */
export function uncalledDisagreements({ outcome, slotAt, endedAt, emptyLookUps }, rings, { lostAfterMs }) {
  if (outcome === 'canceled') return rings === 0 ? [] : ['was given to the carrier all the same'];
  if (outcome !== 'lost') return ['but the carrier never made that call'];
  const waitedMs = slotAt === null || endedAt === null ? 0 : endedAt.getTime() - slotAt.getTime();
  const wrong = [];
  if (waitedMs < lostAfterMs) wrong.push(`was given up after ${waitedMs} ms, before ${lostAfterMs} ms`);
  if (emptyLookUps < 2) wrong.push(`was given up after ${emptyLookUps} empty look-ups`);
  return wrong;
}

/**
 * @param {Attempt} attempt
 * @param {Call} call
 * @param {string[]} right
 */
export function callDisagreements({ outcome, providerCallId }, call, right) {
  const wrong =
    providerCallId === call.sid ? [] : [`is bound to ${providerCallId}, the call was ${call.sid}`];
  if (!right.includes(outcome ?? '')) {
    const ended = call.endedBy === null ? call.status : `${call.status} by ${call.endedBy}`;
    wrong.push(`but at the carrier: ${ended}, pressed "${call.pressed.map(({ keys }) => keys).join(' ')}"`);
  }
  return wrong;
}

/**
 * By its own call, and by the answers of earlier calls that had arrived by its end. What was acknowledged must count.
 * What was pressed while its worker died may have been stored before the answer got lost: then both are right.
 *
 * A key that arrives after the end corrects it, but for two cases, which are `uncorrected`: a newer attempt was under way
 * or had settled the contact, and what `failed` because we ended the call stays so.
 *
 * @param {Attempt} attempt
 * @param {Call} call
 * @param {{ earlier: readonly Pressed[], newer: readonly Attempt[], rules: Rules }} around
 * @returns {{ right: string[], uncorrected: string[] }}
 */
export function possibleOutcomes({ hangUpAsked, endedAt }, call, { earlier, newer, rules }) {
  const told = OUTCOME_OF[call.status];
  if (told !== undefined) return { right: [told], uncorrected: [] };
  if (call.status !== 'completed') return { right: [], uncorrected: [] };
  const end = endedAt?.getTime() ?? Infinity;
  const decisions = decisionsIn([...inTimeFor(end, earlier), ...call.pressed], rules.questions);
  const words = decisions.map(({ word }) => word);
  const by = decidedBy(decisions);
  const failed = hangUpAsked ? ['failed'] : [];
  const open = [...UNFINISHED, ...failed, ...(call.person === 'machine' ? ['machine'] : [])];
  const right = by < Infinity ? words : [...words, ...open];
  if (words.length === 0) return { right, uncorrected: [] };
  const overtaken = newer.some(({ dialledAt }) => dialledAt !== null && dialledAt.getTime() <= by);
  return { right, uncorrected: [...(overtaken ? UNFINISHED : []), ...(by >= end ? failed : [])] };
}

/**
 * @param {number} end of an attempt
 * @param {readonly Pressed[]} pressed in earlier calls
 * @returns {Pressed[]} what the end of the attempt found stored, or may have found
 */
function inTimeFor(end, pressed) {
  return pressed
    .filter(({ at }) => at <= end)
    .map((one) =>
      one.acknowledgedAt !== null && one.acknowledgedAt > end ? { ...one, acknowledgedAt: null } : one,
    );
}
