import { integerBetween, type Draw } from '../chance.js';
import type { Mix, Person, PersonKind } from './person.js';

/**
 * Roughly what a survey of households meets: of 100 calls 45 are not answered, 10 find the line busy, 10 a
 * machine, 5 do not connect and 30 reach a person, of whom 60 % complete, 20 % refuse and 20 % break off.
 */
export const DEFAULT_MIX: Mix = {
  noAnswer: 0.45,
  busy: 0.1,
  machine: 0.1,
  failed: 0.05,
  completes: 0.18,
  refusesConsent: 0.06,
  hangsUp: 0.06,
};

/** Breaking off happens before the consent, right after it, or after up to two answers. */
const LATEST_BREAK_OFF = 3;

export class MixError extends Error {}

export function drawFromMix(mix: Mix = DEFAULT_MIX, draw: Draw): Person {
  const weights = Object.entries(mix) as [PersonKind, number][];
  let left = draw('person') * weights.reduce((sum, [, weight]) => sum + weight, 0);
  const chosen = weights.find(([, weight]) => (left -= weight) < 0) ?? weights[0];
  const kind = chosen?.[0] ?? 'noAnswer';
  if (kind === 'hangsUp')
    return { kind, afterAnswers: integerBetween(0, LATEST_BREAK_OFF, draw('break-off')) };
  return { kind };
}

/** Throws MixError unless the value is absent or a table of weights over `kinds` with one above zero. */
export function readMix(given: unknown, kinds: readonly string[]): void {
  if (given === undefined) return;
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new MixError('mix: an object of weights by kind of person is expected');
  const weights: [string, unknown][] = Object.entries(given);
  const wrong = weights.find(
    ([kind, weight]) =>
      !kinds.includes(kind) || typeof weight !== 'number' || !Number.isFinite(weight) || weight < 0,
  );
  if (wrong) throw new MixError(`mix.${wrong[0]}: a weight of 0 or more for a known kind is expected`);
  if (!weights.some(([, weight]) => Number(weight) > 0)) throw new MixError('mix: every weight is zero');
}
