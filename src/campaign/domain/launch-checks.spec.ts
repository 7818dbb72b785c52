import { describe, expect, it } from 'vitest';
import type { CampaignLoadCounts } from '../../scheduler/contracts/campaign-load.js';
import { launchProblems, type LaunchFacts } from './launch-checks.js';

const LOAD: CampaignLoadCounts = {
  open: 10,
  suppressed: 0,
  unknownTimezone: 0,
  outsideCallingWindow: 10,
  outsideLegalHours: 0,
  neverOpen: 0,
  numberInCall: 0,
  callableNow: 0,
  inProgress: 0,
};
const READY: LaunchFacts = {
  at: new Date('2026-11-22T08:00:00Z'),
  name: 'Q4',
  endsAt: null,
  callerId: '+12025550199',
  surveyProblems: [],
  load: LOAD,
};

function refused(facts: Partial<LaunchFacts>): string[] {
  return launchProblems({ ...READY, ...facts }).map(({ field, code }) => `${field}: ${code}`);
}

describe('a start', () => {
  it('is permitted when somebody can be called, now or later', () => {
    expect(refused({})).toEqual([]);
  });

  it('is refused with every reason at once', () => {
    expect(
      refused({
        name: '',
        endsAt: READY.at,
        callerId: null,
        surveyProblems: [{ field: 'survey.introduction', code: 'required', message: 'blank' }],
        load: { ...LOAD, open: 0 },
      }),
    ).toEqual([
      'name: required',
      'survey.introduction: required',
      'contacts: no_contacts',
      'callerId: no_caller_id',
      'endsAt: in_the_past',
    ]);
  });

  it.each<[string, Partial<CampaignLoadCounts>, string[]]>([
    ['nobody is left', { open: 0 }, ['contacts: no_contacts']],
    ['all are suppressed', { suppressed: 10 }, ['contacts: all_suppressed']],
    ['nobody has a zone', { unknownTimezone: 10 }, ['defaultTimezone: unknown_timezone']],
    ['the rest has no zone', { suppressed: 4, unknownTimezone: 6 }, ['defaultTimezone: unknown_timezone']],
    ['no window ever opens', { neverOpen: 9, unknownTimezone: 1 }, ['policy.callingWindow: never_open']],
    ['one can be called', { suppressed: 3, unknownTimezone: 3, neverOpen: 3 }, []],
  ])('looks at the contacts: %s', (_name, load, problems) => {
    expect(refused({ load: { ...LOAD, ...load } })).toEqual(problems);
  });

  it('is refused in words that say what to do', () => {
    const said = (facts: Partial<LaunchFacts>) => launchProblems({ ...READY, ...facts })[0]?.message;
    const contacts = (load: Partial<CampaignLoadCounts>) => said({ load: { ...LOAD, ...load } });
    expect(said({ name: '' })).toBe('name is required');
    expect(said({ callerId: null })).toBe(
      'no number to call from: set callerId, or configure one for the installation',
    );
    expect(said({ endsAt: READY.at })).toBe('endsAt is past: 2026-11-22T08:00:00.000Z');
    expect(contacts({ open: 0 })).toBe('there is nobody to call');
    expect(contacts({ suppressed: 10 })).toBe('every contact is on the do-not-call list');
    expect(contacts({ unknownTimezone: 10 })).toBe(
      'no contact has a known time zone: set defaultTimezone, or timezones of contacts',
    );
    expect(contacts({ neverOpen: 10 })).toBe(
      'the calling window never opens inside the legal hours of any contact',
    );
  });

  it('is permitted as long as the end lies ahead', () => {
    expect(refused({ endsAt: new Date(READY.at.getTime() + 1) })).toEqual([]);
  });
});
