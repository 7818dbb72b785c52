import type { FieldProblem } from '../../shared/errors/domain-error.js';
import { parsePhoneNumber } from '../../shared/phone/phone-number.js';

export type AttributeValue = string | number | boolean;

/** A person as told from outside; absent and null mean the same. */
export interface ContactInput {
  phoneNumber: string;
  name?: string | null;
  externalId?: string | null;
  language?: string | null;
  timezone?: string | null;
  attributes?: Record<string, AttributeValue> | null;
}

/** A person as stored. */
export interface ContactDraft {
  /** E.164 */
  phoneNumber: string;
  numberTimezone: string | null;
  name: string | null;
  externalId: string | null;
  language: string | null;
  timezone: string | null;
  attributes: Record<string, AttributeValue>;
}

export type ContactDetails = Omit<ContactDraft, 'phoneNumber' | 'numberTimezone'>;

export const CONTACT_LIMITS = {
  nameLength: 200,
  externalIdLength: 200,
  attributes: 50,
  attributeNameLength: 100,
  attributeLength: 1_000,
} as const;

/** Reads a person and finds every problem at once; `contact` is null when there is one. */
export function readContact(
  input: ContactInput,
  defaultRegion: string | null,
): { contact: ContactDraft | null; problems: FieldProblem[] } {
  const number = parsePhoneNumber(input.phoneNumber, defaultRegion);
  const { details, problems } = readDetails(input);
  if (!number.ok) {
    problems.unshift({ field: 'phoneNumber', code: number.code, message: `phoneNumber ${number.message}` });
    return { contact: null, problems };
  }
  if (problems.length > 0) return { contact: null, problems };
  return {
    contact: { phoneNumber: number.e164, numberTimezone: number.timezone, ...details },
    problems,
  };
}

/** Everything but the number. */
export function readDetails(input: Omit<ContactInput, 'phoneNumber'>): {
  details: ContactDetails;
  problems: FieldProblem[];
} {
  const problems: FieldProblem[] = [];
  const text = (field: 'name' | 'externalId', longest: number): string | null => {
    const value = input[field]?.trim() || null;
    if (value !== null && value.length > longest) {
      problems.push({ field, code: 'too_long', message: `${field} must have at most ${longest} characters` });
    }
    return value;
  };
  const details: ContactDetails = {
    name: text('name', CONTACT_LIMITS.nameLength),
    externalId: text('externalId', CONTACT_LIMITS.externalIdLength),
    language: null,
    timezone: null,
    attributes: input.attributes ?? {},
  };
  const language = input.language?.trim();
  if (language) {
    details.language = languageTag(language);
    if (details.language === null) {
      problems.push({
        field: 'language',
        code: 'invalid_language',
        message: 'language must be a BCP 47 tag such as en-US or it',
      });
    }
  }
  const timezone = input.timezone?.trim();
  if (timezone) {
    details.timezone = zoneName(timezone);
    if (details.timezone === null) {
      problems.push({
        field: 'timezone',
        code: 'invalid_timezone',
        message: 'timezone must be an IANA name such as Europe/Rome',
      });
    }
  }
  problems.push(...attributeProblems(details.attributes));
  return { details, problems };
}

/** The canonical form of a BCP 47 tag (`it_it` is understood too), or null. */
export function languageTag(text: string): string | null {
  const tag = text.replaceAll('_', '-');
  // BCP 47 leaves room for primary subtags of up to eight letters; none is registered, and `english` is a mistake.
  if (!/^[a-z]{2,3}(-|$)/i.test(tag)) return null;
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null;
  } catch {
    return null;
  }
}

const zones = new Map<string, string | null>();

/**
 * An IANA zone in its usual spelling, or null. Offsets such as `+02:00` are no zones: they know no summer time.
 * Remembered: asking the runtime takes 150 µs, five times as long as the phone number beside it.
 */
export function zoneName(text: string): string | null {
  let zone = zones.get(text);
  // Stryker disable next-line ConditionalExpression: only costs time
  if (zone === undefined) {
    zone = askForZone(text);
    // Stryker disable next-line ConditionalExpression,EqualityOperator: only costs time or memory
    if (zones.size >= 2_000) zones.clear();
    zones.set(text, zone);
  }
  return zone;
}

function askForZone(text: string): string | null {
  if (!/^[A-Za-z]/.test(text)) return null;
  try {
    const canonical = new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
    return canonical.toLowerCase() === text.toLowerCase() ? canonical : text;
  } catch {
    return null;
  }
}

function attributeProblems(attributes: Record<string, AttributeValue>): FieldProblem[] {
  const { attributes: most, attributeNameLength, attributeLength } = CONTACT_LIMITS;
  const entries = Object.entries(attributes);
  const problems: FieldProblem[] = [];
  if (entries.length > most) {
    problems.push({
      field: 'attributes',
      code: 'too_many',
      message: `attributes must have at most ${most} entries`,
    });
    return problems;
  }
  for (const [name, value] of entries) {
    const field = `attributes.${name.slice(0, attributeNameLength)}`;
    if (name.trim() === '' || name.length > attributeNameLength) {
      problems.push({
        field,
        code: 'wrong_length',
        message: `the name of an attribute must have 1 to ${attributeNameLength} characters`,
      });
    }
    if (!['string', 'number', 'boolean'].includes(typeof value)) {
      problems.push({
        field,
        code: 'must_be_text',
        message: `${field} must be text, a number or true or false`,
      });
    } else if (typeof value === 'string' && value.length > attributeLength) {
      problems.push({
        field,
        code: 'too_long',
        message: `${field} must have at most ${attributeLength} characters`,
      });
    }
  }
  return problems;
}
