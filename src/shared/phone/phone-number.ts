// The `max` metadata: the smaller sets know lengths only, so they would take unassigned ranges for numbers and could
// not tell a premium line from a household.
import {
  getCountries,
  ParseError,
  parsePhoneNumberWithError,
  type CountryCode,
  type PhoneNumber,
} from 'libphonenumber-js/max';
import { timezoneOfCountry } from './country-timezone.js';

export type PhoneNumberProblem =
  | 'phone_missing'
  | 'phone_invalid'
  | 'phone_without_country'
  | 'phone_with_extension'
  | 'phone_premium'
  | 'phone_spoiled';

export type ParsedPhoneNumber =
  | {
      ok: true;
      /** `+` and digits, at most 15 (ITU-T E.164). */
      e164: string;
      /** ISO 3166 code; null for numbers of no country. */
      country: string | null;
      /** IANA zone where the country leaves no choice. */
      timezone: string | null;
    }
  | { ok: false; code: PhoneNumberProblem; message: string };

/** Lines that cost the callee or the caller more than a call, or that no person answers. */
const NOT_FOR_SURVEYS = new Set(['PREMIUM_RATE', 'SHARED_COST', 'PAGER', 'VOICEMAIL']);
const REGIONS: ReadonlySet<string> = new Set(getCountries());
/** What a spreadsheet makes of a long number: `3,93335E+11`. */
const SCIENTIFIC = /^\d+([.,]\d+)?E\+?\d+$/i;

/** Whether numbers without a country code can be understood as belonging to this ISO 3166 region. */
export function isPhoneRegion(region: string): boolean {
  return REGIONS.has(region);
}

/**
 * The one way a phone number enters the system: JSON, CSV, the do-not-call list and test calls agree on every
 * spelling. Understands spaces, punctuation, full-width digits and the `00` prefix (in every region, whatever its own
 * international prefix is); numbers without a country code belong to `defaultRegion` (ISO 3166, or null: refused).
 */
export function parsePhoneNumber(text: string, defaultRegion: string | null): ParsedPhoneNumber {
  const written = text
    .normalize('NFKC')
    .trim()
    .replace(/^(?:'|tel:)/i, '')
    .replace(/^\(\s*(\+|00)(\d+)\s*\)/, '$1$2 ');
  if (written === '') return refuse('phone_missing', 'is empty');
  if (SCIENTIFIC.test(written)) {
    return refuse(
      'phone_spoiled',
      'was turned into a rounded figure by a spreadsheet; format the column as text',
    );
  }
  const region =
    defaultRegion !== null && isPhoneRegion(defaultRegion) ? (defaultRegion as CountryCode) : undefined;
  const readings = written.startsWith('00') ? [`+${written.slice(2)}`, written] : [written];
  let refusal: ParsedPhoneNumber | undefined;
  for (const reading of readings) {
    const result = read(reading, region);
    if (result.ok) return result;
    refusal ??= result;
  }
  return refusal!;
}

/** The zone of an E.164 number's country, where that is unambiguous. */
export function timezoneOfNumber(e164: string): string | null {
  const parsed = parsePhoneNumber(e164, null);
  return parsed.ok ? parsed.timezone : null;
}

function read(text: string, region: CountryCode | undefined): ParsedPhoneNumber {
  let number: PhoneNumber;
  try {
    number = parsePhoneNumberWithError(text, { defaultCountry: region, extract: false });
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return error.message === 'INVALID_COUNTRY' && !text.startsWith('+')
      ? refuse('phone_without_country', 'has no country code, and no default region is set')
      : refuse('phone_invalid', 'is not a phone number');
  }
  if (number.ext) return refuse('phone_with_extension', 'has an extension, which cannot be dialled');
  if (!number.isValid()) {
    return refuse(
      'phone_invalid',
      `is not a valid phone number${number.country ? ` of ${number.country}` : ''}`,
    );
  }
  if (NOT_FOR_SURVEYS.has(number.getType() ?? '')) {
    return refuse('phone_premium', 'is a premium, shared-cost or paging line');
  }
  const country = number.country ?? null;
  return { ok: true, e164: number.number, country, timezone: country && timezoneOfCountry(country) };
}

function refuse(code: PhoneNumberProblem, message: string): ParsedPhoneNumber {
  return { ok: false, code, message };
}
