import type { FormParams } from '../webhooks/signature.js';

/** Reads application/x-www-form-urlencoded; a name that is repeated has a list of values. */
export function readForm(body: string): FormParams {
  const form: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of new URLSearchParams(body)) {
    const before = form[name];
    if (before === undefined) form[name] = value;
    else form[name] = [...(typeof before === 'string' ? [before] : before), value];
  }
  return form;
}
