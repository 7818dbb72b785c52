import type { FieldProblem } from '../../shared/errors/domain-error.js';

/** Longest texts, in UTF-16 code units. A whole prompt has to fit what a carrier speaks in one go. */
export const TEXT_LIMITS = {
  introduction: 1_000,
  consent: 500,
  question: 1_000,
  closing: 1_000,
  voicemail: 1_000,
  optionLabel: 200,
  optionValue: 100,
} as const;

/**
 * Characters that XML 1.0 (section 2.2) or jsonb cannot hold: they would be accepted here and fail in the middle of a call.
 */
// oxlint-disable-next-line no-control-regex
const UNSPEAKABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for a text that is missing, or has nothing to be spoken. */
export function isBlank(value: unknown): boolean {
  return typeof value !== 'string' || value.trim() === '';
}

export function pathOf(prefix: string, field: string): string {
  return prefix === '' ? field : `${prefix}.${field}`;
}

export function missing(field: string): FieldProblem {
  return { field, code: 'required', message: `${field} is required` };
}

/** Wrong kind, too long, or characters nobody can speak; blank is allowed, a draft may still lack its texts. */
export function textProblems(value: unknown, field: string, maxLength: number): FieldProblem[] {
  if (value === undefined) return [];
  if (typeof value !== 'string')
    return [{ field, code: 'must_be_text', message: `${field} must be a string` }];
  const problems: FieldProblem[] = [];
  if (value.length > maxLength)
    problems.push({
      field,
      code: 'too_long',
      message: `${field} must have at most ${maxLength} characters`,
    });
  if (UNSPEAKABLE.test(value))
    problems.push({
      field,
      code: 'invalid_text',
      message: `${field} must not contain control characters`,
    });
  return problems;
}

export function booleanProblems(value: unknown, field: string): FieldProblem[] {
  if (value === undefined || typeof value === 'boolean') return [];
  return [{ field, code: 'must_be_boolean', message: `${field} must be true or false` }];
}

/** A required whole number within the limits, both included. */
export function integerProblems(
  value: unknown,
  field: string,
  limits: { lowest: number; highest: number },
): FieldProblem[] {
  if (value === undefined || value === null) return [missing(field)];
  if (typeof value !== 'number' || !Number.isInteger(value))
    return [{ field, code: 'must_be_integer', message: `${field} must be a whole number` }];
  if (value >= limits.lowest && value <= limits.highest) return [];
  return [
    {
      field,
      code: value < limits.lowest ? 'too_small' : 'too_large',
      message: `${field} must be between ${limits.lowest} and ${limits.highest}`,
    },
  ];
}

export function unknownFieldProblems(
  value: Record<string, unknown>,
  known: readonly string[],
  prefix: string,
): FieldProblem[] {
  return Object.keys(value)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const field = pathOf(prefix, name);
      return {
        field,
        code: 'unknown_field',
        message: `${field} is not a known field; known are ${known.join(', ')}`,
      };
    });
}
