import type { FieldProblem } from '../errors/domain-error.js';

const DEEPEST = 32;
/** With the `u` flag only a surrogate without its partner matches. */
const LONE_SURROGATE = /[\uD800-\uDFFF]/u;

/**
 * What PostgreSQL refuses to store as text or jsonb (NUL, half of a surrogate pair), and nesting deep enough to
 * exhaust the stack of whatever walks it recursively. Iterative itself, for that reason.
 */
export function unstorableText(raw: unknown): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const open: { value: unknown; field: string; depth: number }[] = [{ value: raw, field: '', depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, field, depth } = next;
    if (typeof value === 'string' && isUnstorable(value)) {
      problems.push({ field, code: 'invalid_text', message: 'must not contain NUL or broken characters' });
    } else if (isPlain(value)) {
      if (depth >= DEEPEST) {
        return [
          {
            field: '',
            code: 'too_deep',
            message: `the body must not be nested deeper than ${DEEPEST} levels`,
          },
        ];
      }
      for (const [key, child] of Object.entries(value)) {
        if (isUnstorable(key)) {
          problems.push({
            field,
            code: 'invalid_text',
            message: 'must not have names with NUL or broken characters',
          });
        }
        open.push({ value: child, field: joinField(field, key, Array.isArray(value)), depth: depth + 1 });
      }
    }
  }
  return problems;
}

export function joinField(parent: string, key: string, inArray: boolean): string {
  if (inArray) return `${parent}[${key}]`;
  return parent === '' ? key : `${parent}.${key}`;
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Buffer.isBuffer(value);
}

function isUnstorable(text: string): boolean {
  return text.includes('\0') || LONE_SURROGATE.test(text);
}
