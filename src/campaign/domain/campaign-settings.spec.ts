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
});
