/** What a person decided by their keys, and between which moments it was stored. Pure. */
import { isConsent } from './ledger.mjs';

/**
 * @typedef {import('./ledger.mjs').Pressed} Pressed
 * @typedef {'refused' | 'completed'} Word
 * @typedef {object} Decision
 * @property {Word} word
 * @property {number} from the earliest moment at which it was stored
 * @property {number} by the latest; Infinity where no answer of ours says that it was stored at all
 */

/**
 * The first decision of an interview stands: its last words are repeated to whatever is pressed afterwards. Two that may
 * have come in either order are both returned, none of them certain.
 *
 * @param {readonly Pressed[]} pressed
 * @param {readonly { text: string }[]} questions all of them required
 * @returns {Decision[]}
 */
export function decisionsIn(pressed, questions) {
  const refusal = decision(
    'refused',
    pressed.filter(({ intent }) => intent === 'refusal' || intent === 'optOut'),
  );
  const answers = questions.map(({ text }) =>
    decision(
      'completed',
      pressed.filter((one) => !isConsent(one) && one.prompt.includes(text)),
    ),
  );
  const completion = answers.reduce((all, one) => all && one && later(all, one));
  const both = [refusal, completion].filter((one) => one != null);
  return both.filter((one) => both.every((other) => other === one || other.by >= one.from));
}

/**
 * @param {readonly Decision[]} decisions
 * @returns {number} from when on one of them was stored for certain; Infinity: perhaps none ever was
 */
export function decidedBy(decisions) {
  return Math.min(...decisions.map(({ by }) => by));
}

/**
 * @param {Word} word
 * @param {readonly Pressed[]} keyed each of them decides
 * @returns {Decision | null}
 */
function decision(word, keyed) {
  if (keyed.length === 0) return null;
  return {
    word,
    from: Math.min(...keyed.map(({ at }) => at)),
    by: Math.min(...keyed.map(({ acknowledgedAt }) => acknowledgedAt ?? Infinity)),
  };
}

/**
 * @param {Decision} one
 * @param {Decision} other
 * @returns {Decision} when both are there
 */
function later(one, other) {
  return { word: one.word, from: Math.max(one.from, other.from), by: Math.max(one.by, other.by) };
}
