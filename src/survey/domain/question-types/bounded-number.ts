import type { FieldProblem } from '../../../shared/errors/domain-error.js';
import type { Listening } from '../../contracts/prompt.js';
import { integerProblems } from '../form-checks.js';
import type { TextLanguage } from '../texts/texts.js';
import type { Accepted } from './question-type.js';

/** A whole number between two bounds, both included, entered by keys: what scale and numeric have in common. */
export interface Bounds {
  min: number;
  max: number;
}

export function boundsProblems(
  bounds: Record<string, unknown>,
  path: string,
  limits: { lowest: number; highest: number },
): FieldProblem[] {
  const problems = [
    ...integerProblems(bounds.min, `${path}.min`, limits),
    ...integerProblems(bounds.max, `${path}.max`, limits),
  ];
  if (problems.length === 0 && (bounds.min as number) >= (bounds.max as number))
    problems.push({
      field: `${path}.max`,
      code: 'too_small',
      message: `${path}.max must be greater than ${path}.min`,
    });
  return problems;
}

export function boundsSchema(limits: { lowest: number; highest: number }): Record<string, object> {
  const bound = { type: 'integer', minimum: limits.lowest, maximum: limits.highest };
  return {
    min: { ...bound, description: 'Lowest answer.' },
    max: { ...bound, description: 'Highest answer; greater than min.' },
  };
}

/**
 * One key where one digit is enough. Otherwise one digit more than the highest answer has: a number that is too
 * long is then heard whole and asked again instead of being cut into a wrong answer, and the closing `#` is always
 * taken by the prompt it belongs to.
 */
export function boundsListening(bounds: Bounds, timeoutSeconds: number): Listening {
  const digits = String(bounds.max).length;
  return digits === 1
    ? { maxDigits: 1, finishKey: null, timeoutSeconds }
    : { maxDigits: digits + 1, finishKey: '#', timeoutSeconds };
}

/** Leading zeros are fine. */
export function acceptBounded(bounds: Bounds, keys: string): Accepted {
  if (!/^[0-9]+$/.test(keys)) return { ok: false };
  const value = Number(keys);
  return value >= bounds.min && value <= bounds.max ? { ok: true, value } : { ok: false };
}

const INSTRUCTIONS: Record<
  TextLanguage,
  { oneKey: (bounds: Bounds) => string; number: (bounds: Bounds) => string }
> = {
  en: {
    oneKey: ({ min, max }) => `Press a key from ${min} to ${max}.`,
    number: ({ min, max }) => `Enter a number from ${min} to ${max}, then press the pound or hash key.`,
  },
  it: {
    oneKey: ({ min, max }) => `Prema un tasto da ${min} a ${max}.`,
    number: ({ min, max }) => `Digiti un numero da ${min} a ${max}, poi prema il tasto cancelletto.`,
  },
};

export function boundsInstructions(bounds: Bounds, language: TextLanguage): string[] {
  const say = INSTRUCTIONS[language];
  return [bounds.max <= 9 ? say.oneKey(bounds) : say.number(bounds)];
}
