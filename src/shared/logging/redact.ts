/** A `+` (or its URL-encoded form) makes a number, spaces and punctuation included. */
const INTERNATIONAL = /(\+|%2B)([0-9][0-9 ().-]{5,18}[0-9])/gi;
/** A bare run of 9 to 15 digits that is no part of an identifier, a decimal or a date. */
const BARE = /(?<![\w.:-])[0-9]{9,15}(?![\w-])/g;
/** Names whose values are never logged whatever they hold. */
const SECRET_NAMES =
  /^(authorization|x-api-key|api-?key|cookie|set-cookie|password|auth-?token|x-twilio-signature|body|rawbody|parameters|answers?|speechresult|digits)$/i;
const DEEPEST = 6;

/** Masks phone numbers in text; the last two digits stay, to tell numbers apart. */
export function maskPhoneNumbers(text: string): string {
  return text
    .replace(INTERNATIONAL, (_, plus: string, number: string) => plus + masked(number))
    .replace(BARE, masked);
}

function masked(number: string): string {
  const digits = number.replace(/[^0-9]/g, '');
  return '*'.repeat(digits.length - 2) + digits.slice(-2);
}

/** A copy fit for the log: no bodies, no credentials, no phone numbers, at whatever depth. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return maskPhoneNumbers(value);
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Error) {
    return { name: value.name, message: maskPhoneNumbers(value.message), stack: redact(value.stack) };
  }
  if (depth >= DEEPEST) return '…';
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      SECRET_NAMES.test(name) ? '…' : redact(item, depth + 1),
    ]),
  );
}
