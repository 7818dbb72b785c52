import type { FieldProblem } from '../../shared/errors/domain-error.js';

export function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function notAnObject(field: string): FieldProblem {
  return { field, code: 'must_be_object', message: `${field} must be an object` };
}

export function unknownFields(
  written: Record<string, unknown>,
  known: readonly string[],
  parent: string,
): FieldProblem[] {
  return Object.keys(written)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      field: `${parent}.${name}`,
      code: 'unknown_field',
      message: `${parent}.${name} is not a known field; known are ${known.join(', ')}`,
    }));
}

/** What is wrong with a list as such, its items aside. */
export function listProblem(
  written: unknown,
  length: { min: number; max: number },
  field: string,
): FieldProblem | null {
  if (!Array.isArray(written)) return { field, code: 'must_be_list', message: `${field} must be a list` };
  if (written.length < length.min) {
    return { field, code: 'too_few', message: `${field} must have at least ${length.min} item` };
  }
  if (written.length > length.max) {
    return { field, code: 'too_many', message: `${field} must have at most ${length.max} items` };
  }
  return null;
}
