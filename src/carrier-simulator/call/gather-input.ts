import type { Gather } from '../twiml/document.js';

export interface GatheredKeys {
  /** Every key that was really pressed before the gather was over. */
  readonly pressed: string;
  /** What the action receives: the keys without the finishing one. */
  readonly digits: string;
  /** False: the gather goes on waiting until its timeout. */
  readonly finished: boolean;
}

/** What a Gather makes of keys pressed one after the other. The finishing key alone is empty input. */
export function gatherKeys(
  keys: string,
  { numDigits, finishOnKey }: Pick<Gather, 'numDigits' | 'finishOnKey'>,
): GatheredKeys {
  let digits = '';
  for (const [index, key] of keys.split('').entries()) {
    const pressed = keys.slice(0, index + 1);
    if (finishOnKey.includes(key)) return { pressed, digits, finished: true };
    digits += key;
    if (digits.length === numDigits) return { pressed, digits, finished: true };
  }
  return { pressed: keys, digits, finished: false };
}
