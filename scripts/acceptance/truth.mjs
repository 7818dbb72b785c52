/** Compares what is stored with what the carrier saw and what the people did. Pure: the disagreements come back. */
import { isConsent, mayHaveRung } from './ledger.mjs';

/**
 * @typedef {import('./ledger.mjs').Ledger} Ledger
 * @typedef {import('./ledger.mjs').Call} Call
 * @typedef {import('./ledger.mjs').Pressed} Pressed
 * @typedef {{ id: string, phone: string, state: string, disposition: string | null, nextAttemptAt: Date | null, suppressed: boolean }} Contact
 * @typedef {object} Attempt
 * @property {string} id
 * @property {string} contactId
 * @property {number} number
 * @property {string} status
 * @property {string | null} outcome
 * @property {string | null} providerCallId
 * @property {Date} claimedAt
 * @property {Date | null} slotAt
 * @property {Date | null} endedAt
 * @property {number} emptyLookUps
 * @property {boolean} [hangUpAsked] we have asked the carrier to end the call: that nobody finished is then our doing
 * @typedef {{ contactId: string, key: string, raw: string }} Answer of the contact's current interview
 * @typedef {{ contacts: Contact[], attempts: Attempt[], answers: Answer[] }} Stored
 * @typedef {object} Rules
 * @property {{ key: string, text: string }[]} questions all of them required
 * @property {number} lostAfterMs the earliest moment after its slot at which an attempt may be given up
 * @property {ReadonlySet<string>} [lateCalls] calls recorded as belonging to nobody: an attempt given up may have had one
 */

const UNFINISHED = ['hung_up', 'partial', 'no_response'];
/** Taken out by an operator: whatever their calls come to, they are called no more. */
const TAKEN_OUT = ['suppressed', 'withdrawn'];
/** @type {Record<string, string>} */
const OUTCOME_OF = { busy: 'busy', 'no-answer': 'no_answer', failed: 'failed', canceled: 'failed' };

/**
 * @param {Stored} stored once nobody is left to call
 * @param {Ledger} ledger
 * @param {Rules} rules
 * @returns {string[]}
 */
export function disagreements(stored, ledger, rules) {
  const known = new Set(stored.attempts.map(({ id }) => id));
  return [
    ...ledger.calls
      .filter(({ attemptId }) => !known.has(attemptId))
      .map(({ to, sid }) => `${to}: the carrier made the call ${sid}, of which nothing is stored`),
    ...stored.contacts.flatMap((contact) =>
      contactDisagreements(contact, stored, ledger, rules).map((text) => `${contact.phone}: ${text}`),
    ),
  ];
}

/**
 * @param {Contact} contact
 * @param {Stored} stored
 * @param {Ledger} ledger
 * @param {Rules} rules
 * @returns {string[]}
 */
function contactDisagreements(contact, stored, ledger, rules) {
  const attempts = stored.attempts
    .filter(({ contactId }) => contactId === contact.id)
    .sort((a, b) => a.number - b.number);
  const answers = stored.answers.filter(({ contactId }) => contactId === contact.id);
  /** @type {string[]} */
  const wrong = [];
  /** @type {Pressed[]} what the person has pressed in all calls so far */
  const pressed = [];
  for (const [index, attempt] of attempts.entries()) {
    const calls = ledger.calls.filter(({ attemptId }) => attemptId === attempt.id);
    const creates = ledger.creates.filter(({ attemptId }) => attemptId === attempt.id);
    const rings = creates.filter(mayHaveRung).length;
    const name = `attempt ${attempt.number} (${attempt.outcome ?? attempt.status})`;
    if (attempt.number !== index + 1) wrong.push(`${name} is the ${index + 1}. one`);
    if (rings > 1) wrong.push(`${name} was given to the carrier ${rings} times`);
    const [call] = calls;
    pressed.push(...(call?.pressed ?? []));
    wrong.push(
      ...(call === undefined || isLate(attempt, call, rules)
        ? uncalledDisagreements(attempt, rings, rules)
        : callDisagreements(attempt, call, pressed, rules)
      ).map((text) => `${name} ${text}`),
    );
    const next = attempts[index + 1];
    if (next !== undefined && (attempt.endedAt === null || next.claimedAt < attempt.endedAt))
      wrong.push(`attempt ${next.number} was claimed before attempt ${attempt.number} was resolved`);
  }
  wrong.push(...stateDisagreements(contact, attempts), ...answerDisagreements(answers, pressed, rules));
  const optedOut = pressed.some(({ intent, acknowledged }) => intent === 'optOut' && acknowledged);
  if (optedOut && !contact.suppressed) wrong.push('said "never again" and is not on the do-not-call list');
  return wrong;
}

/**
 * @param {Attempt} attempt
 * @param {Call} call
 * @param {Rules} rules
 */
function isLate({ outcome }, { sid }, { lateCalls }) {
  return outcome === 'lost' && lateCalls?.has(sid) === true;
}

/**
 * An attempt of which the carrier made no call: given back before it was offered, or given up after every bound.
 *
 * @param {Attempt} attempt
 * @param {number} rings
 * @param {Rules} rules
 */
function uncalledDisagreements({ outcome, slotAt, endedAt, emptyLookUps }, rings, { lostAfterMs }) {
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
 * @param {Pressed[]} pressed in this call and all before it
 * @param {Rules} rules
 */
function callDisagreements({ outcome, providerCallId, hangUpAsked }, call, pressed, rules) {
  const wrong =
    providerCallId === call.sid ? [] : [`is bound to ${providerCallId}, the call was ${call.sid}`];
  const possible = possibleOutcomes(call, pressed, rules);
  const right = hangUpAsked && possible.includes('hung_up') ? [...possible, 'failed'] : possible;
  if (!right.includes(outcome ?? '')) {
    const ended = call.endedBy === null ? call.status : `${call.status} by ${call.endedBy}`;
    wrong.push(`but at the carrier: ${ended}, pressed "${call.pressed.map(({ keys }) => keys).join(' ')}"`);
  }
  return wrong;
}

/**
 * What was acknowledged must count. What was pressed while its worker died may have been stored before the answer got
 * lost: then both are right.
 *
 * @param {Call} call
 * @param {Pressed[]} pressed
 * @param {Rules} rules
 * @returns {string[]}
 */
export function possibleOutcomes(call, pressed, { questions }) {
  const told = OUTCOME_OF[call.status];
  if (told !== undefined) return [told];
  if (call.status !== 'completed') return [];
  const decided = (/** @type {Pressed[]} */ keys) => {
    if (keys.some(({ intent }) => intent === 'refusal' || intent === 'optOut')) return 'refused';
    const answered = (/** @type {string} */ text) => keys.some(({ prompt }) => prompt.includes(text));
    return questions.every(({ text }) => answered(text)) ? 'completed' : null;
  };
  const certain = decided(pressed.filter(({ acknowledged }) => acknowledged));
  if (certain !== null) return [certain];
  const perhaps = decided(pressed);
  return [
    ...UNFINISHED,
    ...(perhaps === null ? [] : [perhaps]),
    ...(call.person === 'machine' ? ['machine'] : []),
  ];
}

/**
 * @param {Contact} contact
 * @param {Attempt[]} attempts
 */
function stateDisagreements({ state, disposition, nextAttemptAt, suppressed }, attempts) {
  const last = attempts.findLast(({ outcome }) => outcome !== 'canceled');
  if (last === undefined) {
    const kept =
      state === 'not_reached' &&
      (disposition === 'withdrawn' || (disposition === 'suppressed' && suppressed));
    return kept ? [] : [`is ${state} (${disposition}) without any call`];
  }
  const { outcome } = last;
  const decided =
    outcome === 'refused' || (outcome === 'completed' && !TAKEN_OUT.includes(disposition ?? ''));
  const expected = decided ? outcome : 'not_reached';
  const wrong = state === expected ? [] : [`is ${state} after a call that ended ${outcome}`];
  if (nextAttemptAt !== null) wrong.push('is still to be called');
  return wrong;
}

/**
 * @param {Answer[]} answers
 * @param {Pressed[]} pressed
 * @param {Rules} rules
 */
function answerDisagreements(answers, pressed, { questions }) {
  return questions.flatMap(({ key, text }) => {
    const keyed = pressed.filter((one) => !isConsent(one) && one.prompt.includes(text));
    const stored = answers.find((answer) => answer.key === key);
    if (stored === undefined) {
      return keyed.some(({ acknowledged }) => acknowledged) ? [`the answer to "${key}" is lost`] : [];
    }
    const right = keyed.some(({ keys }) => keys === stored.raw);
    const found = keyed.map(({ keys }) => keys).join(', ') || 'nothing';
    return right ? [] : [`"${key}" is stored as ${stored.raw}, keyed was ${found}`];
  });
}
