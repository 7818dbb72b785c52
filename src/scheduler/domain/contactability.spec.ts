import { describe, expect, it } from 'vitest';
import type { ContactabilityInput } from '../contracts/contactability.js';
import { decideContactability } from './contactability.js';

type Change = {
  campaign?: Partial<ContactabilityInput['campaign']>;
  contact?: Partial<ContactabilityInput['contact']>;
} & Partial<Omit<ContactabilityInput, 'campaign' | 'contact'>>;

function input({ campaign, contact, ...rest }: Change = {}): ContactabilityInput {
  return {
    at: new Date('2026-11-23T15:00:00Z'),
    campaign: {
      status: 'running',
      closing: false,
      carrier: 'simulator',
      startsAt: null,
      endsAt: null,
      maxAttempts: 3,
      callingWindow: { days: ['mon'], from: '09:00', to: '20:00', holidays: [] },
      ...campaign,
    },
    carrier: 'simulator',
    legalHours: null,
    diallingStopped: false,
    circuitOpen: false,
    contact: {
      zone: 'UTC',
      suppressed: false,
      attemptsOffered: 0,
      numberInCall: false,
      isTest: false,
      settled: false,
      dueAt: null,
      ...contact,
    },
    ...rest,
  };
}

const reason = (change: Change): string => {
  const answer = decideContactability(input(change));
  return answer.permitted ? 'permitted' : answer.reason + (answer.final ? ' for good' : '');
};

describe('contactability', () => {
  it('permits a call when nothing speaks against it', () => {
    expect(reason({})).toBe('permitted');
  });

  it.each([
    ['suppressed for good', { contact: { suppressed: true } }],
    ['dialling_stopped', { diallingStopped: true }],
    ['circuit_open', { circuitOpen: true }],
    ['campaign_not_running', { campaign: { status: 'paused' } }],
    ['campaign_over for good', { campaign: { status: 'completed' } }],
    ['campaign_over for good', { campaign: { closing: true } }],
    ['campaign_over for good', { campaign: { endsAt: new Date('2026-11-23T15:00:00Z') } }],
    ['campaign_not_begun', { campaign: { startsAt: new Date('2026-11-23T15:00:01Z') } }],
    ['carrier_mismatch', { carrier: 'AC00000000000000000000000000000000' }],
    ['attempts_exhausted for good', { contact: { attemptsOffered: 3 } }],
    ['unknown_timezone for good', { contact: { zone: null } }],
    ['outside_calling_window', { at: new Date('2026-11-23T08:59:59Z') }],
    ['outside_legal_hours', { legalHours: { from: '16:00', to: '21:00' } }],
    ['number_in_call', { contact: { numberInCall: true } }],
    ['contact_settled for good', { contact: { settled: true } }],
    ['not_due', { contact: { dueAt: new Date('2026-11-23T16:00:00Z') } }],
  ] as [string, Change][])('refuses: %s', (expected, change) => {
    expect(reason(change)).toBe(expected);
  });

  it('lets a test call out of a draft at any hour of the campaign, but not out of the legal hours or to a suppressed number', () => {
    const test = { isTest: true };
    expect(
      reason({ campaign: { status: 'draft' }, at: new Date('2026-11-22T03:00:00Z'), contact: test }),
    ).toBe('permitted');
    expect(reason({ legalHours: { from: '16:00', to: '21:00' }, contact: test })).toBe('outside_legal_hours');
    expect(reason({ contact: { ...test, suppressed: true } })).toBe('suppressed for good');
  });

  const before = new Date('2026-11-23T14:59:59.999Z');
  const now = new Date('2026-11-23T15:00:00Z');
  const after = new Date('2026-11-23T15:00:00.001Z');

  it.each([
    [before, 'permitted', 'campaign_over for good', 'permitted'],
    [now, 'permitted', 'campaign_over for good', 'permitted'],
    [after, 'campaign_not_begun', 'permitted', 'not_due'],
  ])('compares %j with the instant of the question', (instant, begun, ended, due) => {
    expect(reason({ campaign: { startsAt: instant } })).toBe(begun);
    expect(reason({ campaign: { endsAt: instant } })).toBe(ended);
    expect(reason({ contact: { dueAt: instant } })).toBe(due);
  });

  it('says when to ask again, where it knows', () => {
    const next = (change: Change) => {
      const answer = decideContactability(input(change));
      return answer.permitted ? 'now' : answer.nextPermittedAt;
    };
    expect(next({ campaign: { startsAt: after } })).toEqual(after);
    expect(next({ contact: { dueAt: after } })).toEqual(after);
    expect(next({ at: new Date('2026-11-23T08:00:00Z') })).toEqual(new Date('2026-11-23T09:00:00Z'));
    expect(next({ diallingStopped: true })).toBe(null);
    expect(next({ contact: { numberInCall: true } })).toBe(null);
  });

  it('lets a test call go where no zone is known only on the simulated carrier, which has no legal hours', () => {
    const test = { isTest: true, zone: null };
    expect(decideContactability(input({ contact: test }))).toEqual({ permitted: true });
    const real = { legalHours: { from: '08:00', to: '21:00' } };
    expect(reason({ ...real, contact: test })).toBe('unknown_timezone');
    expect(reason({ ...real, contact: { zone: null } })).toBe('unknown_timezone for good');
  });
});
