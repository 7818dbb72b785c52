import { describe, expect, it } from 'vitest';
import {
  changedSettings,
  copyName,
  DEFAULT_SETTINGS,
  mergeSettings,
  phoneRegion,
  type CampaignSettings,
} from './campaign-settings.js';

function refused(written: Parameters<typeof mergeSettings>[1]): string[] {
  return mergeSettings(DEFAULT_SETTINGS, written).problems.map(({ field, code }) => `${field}: ${code}`);
}
function settings(written: Parameters<typeof mergeSettings>[1]): CampaignSettings {
  const merged = mergeSettings(DEFAULT_SETTINGS, written);
  expect(merged.problems).toEqual([]);
  return merged.settings;
}

describe('campaign settings', () => {
  it('have defaults', () => {
    expect(settings({})).toEqual(DEFAULT_SETTINGS);
    expect(DEFAULT_SETTINGS).toMatchObject({ language: 'en-US', completion: 'auto', callerId: null });
  });

  it('are normalised', () => {
    expect(
      settings({
        name: '  Q4 ',
        language: 'it-it',
        defaultTimezone: 'Europe/Rome',
        defaultRegion: 'it',
        callerId: '06 1234 5678',
        startsAt: '2026-12-01T09:00:00+01:00',
        endsAt: '2026-12-02T09:00Z',
      }),
    ).toEqual({
      name: 'Q4',
      language: 'it-IT',
      defaultTimezone: 'Europe/Rome',
      defaultRegion: 'IT',
      callerId: '+390612345678',
      completion: 'auto',
      startsAt: new Date('2026-12-01T08:00:00Z'),
      endsAt: new Date('2026-12-02T09:00:00Z'),
    });
  });

  it('keep what is left out and go back to the default where null is written', () => {
    const present = settings({ name: 'Q4', callerId: '+12025550199', language: 'it', completion: 'manual' });
    expect(mergeSettings(present, { name: 'Q5' }).settings).toEqual({ ...present, name: 'Q5' });
    expect(mergeSettings(present, { callerId: null, language: null, completion: null }).settings).toEqual({
      ...present,
      callerId: null,
      language: 'en-US',
      completion: 'auto',
    });
  });

  it('report every problem at once', () => {
    expect(
      refused({
        name: '  ',
        language: 'english (US)',
        defaultTimezone: 'Rome',
        defaultRegion: 'XX',
        callerId: '12',
        startsAt: '2026-12-01T09:00:00',
        endsAt: '2026-02-30T09:00:00Z',
      }),
    ).toEqual([
      'language: invalid_language',
      'defaultRegion: invalid_region',
      'name: required',
      'defaultTimezone: invalid_timezone',
      'callerId: phone_invalid',
      'startsAt: invalid_instant',
      'endsAt: invalid_instant',
    ]);
  });

  it.each(['+02:00', 'GMT+2x', ''])('do not take %j for a zone', (defaultTimezone) => {
    expect(refused({ defaultTimezone })).toEqual(['defaultTimezone: invalid_timezone']);
  });

  it('pass over values whose type was refused before', () => {
    expect(refused({ callerId: 5, startsAt: 7, language: {} } as never)).toEqual([]);
  });

  it('end after they start', () => {
    const startsAt = '2026-12-01T09:00:00Z';
    expect(refused({ startsAt, endsAt: startsAt })).toEqual(['endsAt: not_after_start']);
  });

  it.each<[Partial<CampaignSettings>, string | null]>([
    [{ defaultRegion: 'FR', callerId: '+12025550199', language: 'it' }, 'FR'],
    [{ callerId: '+12025550199', language: 'it-IT' }, 'US'],
    [{ language: 'it' }, 'IT'],
    [{ language: 'en-GB' }, 'GB'],
    [{ language: 'zz' }, null],
  ])('take the region of numbers from %j: %s', (given, region) => {
    expect(phoneRegion({ ...DEFAULT_SETTINGS, ...given })).toBe(region);
  });

  it('name what differs, dates by their instant', () => {
    const before = settings({ startsAt: '2026-12-01T09:00:00Z' });
    const after = settings({ startsAt: '2026-12-01T10:00:00+01:00', completion: 'manual' });
    expect(changedSettings(before, after)).toEqual(['completion']);
  });

  it('give a copy a name that is no longer than a name may be', () => {
    expect(copyName('Q4')).toBe('Q4 (copy)');
    expect(copyName('x'.repeat(200))).toHaveLength(200);
    expect(copyName('')).toBe('');
  });

  it.each<[Parameters<typeof mergeSettings>[1], string]>([
    [{ name: ' ' }, 'name is blank'],
    [{ language: 'english' }, 'language must be a BCP 47 tag such as en-US'],
    [{ defaultTimezone: 'Rome' }, 'defaultTimezone must be an IANA name such as America/New_York'],
    [{ defaultRegion: 'XX' }, 'defaultRegion must be an ISO 3166 country code such as US'],
    [{ startsAt: 'soon' }, 'startsAt must be an instant with its offset such as 2026-12-01T08:00:00Z'],
    [{ endsAt: 'late' }, 'endsAt must be an instant with its offset such as 2026-12-01T08:00:00Z'],
    [
      { startsAt: '2026-12-01T09:00:00Z', endsAt: '2026-12-01T09:00:00Z' },
      'endsAt must be later than startsAt',
    ],
  ])('say what is wrong with %j', (written, message) => {
    expect(mergeSettings(DEFAULT_SETTINGS, written).problems.map((problem) => problem.message)).toEqual([
      message,
    ]);
  });

  it('say of a caller id what the reading of numbers says', () => {
    const [problem] = mergeSettings(DEFAULT_SETTINGS, { callerId: '12' }).problems;
    expect(problem!.message).toMatch(/^callerId \w+/);
  });

  it('are completed by hand or by themselves, as written', () => {
    expect(settings({ completion: 'manual' }).completion).toBe('manual');
  });

  it('may have an end without a start', () => {
    expect(settings({ endsAt: '1969-12-01T09:00:00Z' }).endsAt).toEqual(new Date('1969-12-01T09:00:00Z'));
  });

  it.each(['en', 'it-IT', 'zh-Hant', 'zh-Hant-TW', 'es-419', 'fil-PH'])(
    'take %s for a language',
    (language) => {
      expect(settings({ language }).language).toBe(language);
    },
  );

  it.each(['1en-US', 'xx yy', 'zh-Han', 'zh-H', 'en-USA', 'en-1', 'es-4190', 'en-abc', 'zh-1234', 'en-US-x'])(
    'do not take %s for a language',
    (language) => {
      expect(refused({ language })).toEqual(['language: invalid_language']);
    },
  );

  it.each([
    ['2026-12-01T09:00Z', '2026-12-01T09:00:00.000Z'],
    ['2026-12-01T09:00:30+05:30', '2026-12-01T03:30:30.000Z'],
    ['2026-12-01T09:00:30.5Z', '2026-12-01T09:00:30.500Z'],
    ['2026-12-01T09:00:30.123456Z', '2026-12-01T09:00:30.123Z'],
  ])('take %s for an instant', (startsAt, instant) => {
    expect(settings({ startsAt }).startsAt?.toISOString()).toBe(instant);
  });

  it.each([
    '+002026-12-01T09:00:00Z',
    '2026-12-01T09:00:00Z[UTC]',
    '2026-12-01T09:00:30,5Z',
    '2026-12-01',
    'x',
  ])('do not take %s for an instant', (startsAt) => {
    expect(refused({ startsAt })).toEqual(['startsAt: invalid_instant']);
  });

  it('take the region of the language where the caller id is of no country', () => {
    // An international freephone number (ITU-T E.169.1).
    expect(phoneRegion({ ...DEFAULT_SETTINGS, callerId: '+80012345678', language: 'it' })).toBe('IT');
  });
});
