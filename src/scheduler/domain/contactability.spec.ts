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
});
