/** Chance drawn from the seed: the same seed, purpose and ordinal always give the same number. */
import { createHash } from 'node:crypto';

/**
 * @typedef {object} Draws one stream; streams of different purposes do not disturb each other
 * @property {() => number} next from 0 up to 1
 * @property {(from: number, to: number) => number} between
 * @property {(from: number, to: number) => number} whole both included
 * @property {<T>(choices: readonly T[]) => T} pick
 * @property {(share: number) => boolean} yes
 */

/**
 * @param {string} seed
 * @param {string} purpose
 * @returns {Draws}
 */
export function drawsOf(seed, purpose) {
  let ordinal = 0;
  const next = () => {
    const digest = createHash('sha256').update(`${seed}\n${purpose}\n${ordinal++}`).digest();
    return digest.readUIntBE(0, 6) / 2 ** 48;
  };
  const whole = (/** @type {number} */ from, /** @type {number} */ to) =>
    from + Math.floor(next() * (to - from + 1));
  return {
    next,
    between: (from, to) => from + next() * (to - from),
    whole,
    pick: (choices) => /** @type {any} */ (choices[whole(0, choices.length - 1)]),
    yes: (share) => next() < share,
  };
}

/**
 * Every choice once in an order of chance, then again in another: rare kinds occur in short runs too.
 *
 * @template T
 * @param {readonly T[]} choices
 * @param {Draws} draws
 * @returns {() => T}
 */
export function dealer(choices, draws) {
  /** @type {T[]} */
  let hand = [];
  return () => {
    if (hand.length === 0) hand = [...choices];
    const [dealt] = hand.splice(draws.whole(0, hand.length - 1), 1);
    return /** @type {T} */ (dealt);
  };
}
