import { createHmac } from 'node:crypto';

export type FormValue = string | readonly string[];
export type FormParams = Readonly<Record<string, FormValue>>;

/**
 * The value of `X-Twilio-Signature` for a form-encoded webhook: base64 of HMAC-SHA1 over the URL followed by
 * every parameter name and value in the order of the names; a repeated parameter contributes its distinct
 * values in order, each preceded by the name.
 * A GET request signs the URL with its query and no parameters.
 *
 * @param url exactly as the customer gave it, without the fragment
 * @see https://www.twilio.com/docs/usage/security#validating-requests
 */
export function sign(authToken: string, url: string, params: FormParams): string {
  const text = Object.keys(params)
    .sort()
    .reduce((signed, name) => signed + signedParameter(name, params[name] ?? ''), url);
  return createHmac('sha1', authToken).update(text, 'utf8').digest('base64');
}

function signedParameter(name: string, value: FormValue): string {
  if (typeof value === 'string') return name + value;
  return [...new Set(value)].sort().reduce((signed, one) => signed + name + one, '');
}
