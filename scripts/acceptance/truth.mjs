/** Compares what is stored with what the carrier saw and what the people did. Pure: the disagreements come back. */
import { decidedBy, decisionsIn } from './decisions.mjs';
import { isConsent, mayHaveRung } from './ledger.mjs';
import { callDisagreements, isLate, possibleOutcomes, uncalledDisagreements } from './outcomes.mjs';

/**
 * @typedef {import('./ledger.mjs').Ledger} Ledger
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
 * @property {Date | null} dialledAt when it was first decided to offer it to the carrier
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
  let isLeftToANewerCall = false;
  for (const [index, attempt] of attempts.entries()) {
    const calls = ledger.calls.filter(({ attemptId }) => attemptId === attempt.id);
    const creates = ledger.creates.filter(({ attemptId }) => attemptId === attempt.id);
    const rings = creates.filter(mayHaveRung).length;
    const name = `attempt ${attempt.number} (${attempt.outcome ?? attempt.status})`;
    if (attempt.number !== index + 1) wrong.push(`${name} is the ${index + 1}. one`);
    if (rings > 1) wrong.push(`${name} was given to the carrier ${rings} times`);
    const [call] = calls;
    if (call === undefined || isLate(attempt, call, rules)) {
      wrong.push(...uncalledDisagreements(attempt, rings, rules).map((text) => `${name} ${text}`));
    } else {
      const { right, uncorrected } = possibleOutcomes(attempt, call, {
        earlier: pressed,
        newer: attempts.slice(index + 1),
        rules,
      });
      wrong.push(
        ...callDisagreements(attempt, call, [...right, ...uncorrected]).map((text) => `${name} ${text}`),
      );
      isLeftToANewerCall ||= uncorrected.includes(attempt.outcome ?? '');
    }
    pressed.push(...(call?.pressed ?? []));
    const next = attempts[index + 1];
    if (next !== undefined && (attempt.endedAt === null || next.claimedAt < attempt.endedAt))
      wrong.push(`attempt ${next.number} was claimed before attempt ${attempt.number} was resolved`);
  }
  const decisions = decisionsIn(pressed, rules.questions);
  wrong.push(
    ...stateDisagreements(contact, attempts, decisions, isLeftToANewerCall),
    ...answerDisagreements(answers, pressed, rules),
  );
  const optedOut = pressed.some(
    ({ intent, acknowledgedAt }) => intent === 'optOut' && acknowledgedAt !== null,
  );
  if (optedOut && !contact.suppressed) wrong.push('said "never again" and is not on the do-not-call list');
  return wrong;
}

/**
 * By what the person said in any of the calls, and by what is stored of the attempts.
 *
 * @param {Contact} contact
 * @param {Attempt[]} attempts
 * @param {import('./decisions.mjs').Decision[]} decisions in all calls
 * @param {boolean} isLeftToANewerCall a decision came too late for its own attempt
 */
function stateDisagreements(
  { state, disposition, nextAttemptAt, suppressed },
  attempts,
  decisions,
  isLeftToANewerCall,
) {
  const last = attempts.findLast(({ outcome }) => outcome !== 'canceled');
  if (last === undefined) {
    const kept =
      state === 'not_reached' &&
      (disposition === 'withdrawn' || (disposition === 'suppressed' && suppressed));
    return kept ? [] : [`is ${state} (${disposition}) without any call`];
  }
  const wrong = [];
  if (nextAttemptAt !== null) wrong.push('is still to be called');
  /** @type {(string | null)[]} */
  const possible = decisions.map(({ word }) => word);
  const settled = attempts.map(({ outcome }) => outcome).filter((outcome) => possible.includes(outcome));
  if (settled.length === 0 && decidedBy(decisions) === Infinity) {
    const right = state === 'not_reached' || (isLeftToANewerCall && possible.includes(state));
    return right ? wrong : [...wrong, `is ${state} after a call that ended ${last.outcome}`];
  }
  const words = settled.length > 0 ? settled : possible;
  // Whoever was withdrawn before they had finished stays so, unless they refuse.
  const isWithdrawn = state === 'not_reached' && disposition === 'withdrawn';
  const right = words.includes(state) || (isWithdrawn && words.includes('completed'));
  return right ? wrong : [...wrong, `is ${state} (${disposition}) though the person ${words.join(' or ')}`];
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
      return keyed.some(({ acknowledgedAt }) => acknowledgedAt !== null)
        ? [`the answer to "${key}" is lost`]
        : [];
    }
    const right = keyed.some(({ keys }) => keys === stored.raw);
    const found = keyed.map(({ keys }) => keys).join(', ') || 'nothing';
    return right ? [] : [`"${key}" is stored as ${stored.raw}, keyed was ${found}`];
  });
}
