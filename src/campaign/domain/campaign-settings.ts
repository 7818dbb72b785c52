import { DateTime, IANAZone } from 'luxon';
import type { FieldProblem } from '../../shared/errors/domain-error.js';
import { isPhoneRegion, parsePhoneNumber } from '../../shared/phone/phone-number.js';

export type Completion = 'auto' | 'manual';

/** What an operator sets besides survey and policy. */
export interface CampaignSettings {
  /** Empty while a draft has none. */
  name: string;
  /** BCP 47. */
  language: string;
  /** IANA name of the zone of contacts that have none. */
  defaultTimezone: string | null;
  /** ISO 3166; null leaves it to `phoneRegion`. */
  defaultRegion: string | null;
  /** E.164; null leaves it to the installation. */
  callerId: string | null;
  completion: Completion;
  startsAt: Date | null;
  endsAt: Date | null;
}
export type SettingsField = keyof CampaignSettings;

/** Settings as a request writes them: absent stays as it is, `null` goes back to the default. */
export type WrittenSettings = {
  [field in SettingsField]?:
    (CampaignSettings[field] extends Date | null ? string : CampaignSettings[field]) | null;
};

export const DEFAULT_SETTINGS: Readonly<CampaignSettings> = {
  name: '',
  language: 'en-US',
  defaultTimezone: null,
  defaultRegion: null,
  callerId: null,
  completion: 'auto',
  startsAt: null,
  endsAt: null,
};
export const SETTINGS_FIELDS = Object.keys(DEFAULT_SETTINGS) as SettingsField[];

export const NAME_MAX_LENGTH = 200;

/** A language, an optional script and an optional region of BCP 47; what voices and texts are chosen by. */
const LANGUAGE = /^[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|[0-9]{3}))?$/i;
/** RFC 3339: without an offset an instant would depend on the zone of the machine that reads it. */
const INSTANT =
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})$/;

/**
 * Lays written settings over present ones and reports every problem. A value whose type was refused already is
 * passed over here, so that nothing is reported twice.
 */
export function mergeSettings(
  present: CampaignSettings,
  written: WrittenSettings,
): { settings: CampaignSettings; problems: FieldProblem[] } {
  const problems: FieldProblem[] = [];
  const take = <F extends SettingsField>(
    field: F,
    read: (text: string) => CampaignSettings[F] | FieldProblem,
  ): CampaignSettings[F] => {
    const value = written[field];
    if (value === null) return DEFAULT_SETTINGS[field];
    if (typeof value !== 'string') return present[field];
    const taken = read(value);
    if (!isProblem(taken)) return taken;
    problems.push(taken);
    return present[field];
  };
  const language = take('language', readLanguage);
  const defaultRegion = take('defaultRegion', readRegion);
  const settings: CampaignSettings = {
    name: take('name', readName),
    language,
    defaultTimezone: take('defaultTimezone', readTimezone),
    defaultRegion,
    callerId: take('callerId', (text) => readCallerId(text, defaultRegion ?? regionOfLanguage(language))),
    completion: take('completion', (text) => text as Completion),
    startsAt: take('startsAt', (text) => readInstant('startsAt', text)),
    endsAt: take('endsAt', (text) => readInstant('endsAt', text)),
  };
  const { startsAt, endsAt } = settings;
  if (startsAt !== null && endsAt !== null && endsAt <= startsAt) {
    problems.push({
      field: 'endsAt',
      code: 'not_after_start',
      message: 'endsAt must be later than startsAt',
    });
  }
  return { settings, problems };
}

/** The ISO 3166 region of numbers written without a country code: as set, else the caller id's, else the language's. */
export function phoneRegion(
  settings: Pick<CampaignSettings, 'defaultRegion' | 'callerId' | 'language'>,
): string | null {
  if (settings.defaultRegion !== null) return settings.defaultRegion;
  const caller = settings.callerId === null ? null : parsePhoneNumber(settings.callerId, null);
  return caller?.ok && caller.country !== null ? caller.country : regionOfLanguage(settings.language);
}

/** The name of a copy, inside the longest permitted name. */
export function copyName(name: string): string {
  const suffix = ' (copy)';
  return name === '' ? '' : name.slice(0, NAME_MAX_LENGTH - suffix.length) + suffix;
}

/** Settings that differ, by name. */
export function changedSettings(before: CampaignSettings, after: CampaignSettings): SettingsField[] {
  return SETTINGS_FIELDS.filter((field) => before[field]?.valueOf() !== after[field]?.valueOf());
}

function readName(text: string): string | FieldProblem {
  return text.trim() || { field: 'name', code: 'required', message: 'name is blank' };
}

function readLanguage(text: string): string | FieldProblem {
  const language = LANGUAGE.test(text) ? Intl.getCanonicalLocales(text)[0] : undefined;
  return (
    language ?? {
      field: 'language',
      code: 'invalid_language',
      message: 'language must be a BCP 47 tag such as en-US',
    }
  );
}

function readTimezone(text: string): string | FieldProblem {
  if (IANAZone.isValidZone(text) && /^[A-Za-z]/.test(text)) return text;
  return {
    field: 'defaultTimezone',
    code: 'invalid_timezone',
    message: 'defaultTimezone must be an IANA name such as America/New_York',
  };
}

function readRegion(text: string): string | FieldProblem {
  const region = text.toUpperCase();
  if (isPhoneRegion(region)) return region;
  return {
    field: 'defaultRegion',
    code: 'invalid_region',
    message: 'defaultRegion must be an ISO 3166 country code such as US',
  };
}

function readCallerId(text: string, region: string | null): string | FieldProblem {
  const number = parsePhoneNumber(text, region);
  return number.ok
    ? number.e164
    : { field: 'callerId', code: number.code, message: `callerId ${number.message}` };
}

function readInstant(field: SettingsField, text: string): Date | FieldProblem {
  const instant = INSTANT.test(text) ? DateTime.fromISO(text) : null;
  if (instant?.isValid) return instant.toJSDate();
  return {
    field,
    code: 'invalid_instant',
    message: `${field} must be an instant with its offset such as 2026-12-01T08:00:00Z`,
  };
}

/** ISO 3166 region a language is mostly spoken in, by CLDR: `en` is US, `it` is IT. */
function regionOfLanguage(language: string): string | null {
  const region = new Intl.Locale(language).maximize().region;
  return region !== undefined && isPhoneRegion(region) ? region : null;
}

function isProblem(value: unknown): value is FieldProblem {
  return typeof value === 'object' && value !== null && 'code' in value;
}
