import { describe, expect, it } from 'vitest';
import { CALL_OUTCOMES, type CallOutcome } from '../../telephony/contracts/call-attempt.js';
import { CASE_CODES, CASE_GROUPS, type CaseCode } from './case-codes.js';
import { type CallEvidence, type CaseEvidence, caseOf } from './case-of.js';
import { tallyCases } from './case-tally.js';

function call(outcome: CallOutcome, errorCode: string | null = null, fax = false): CallEvidence {
  return { outcome, errorCode, fax };
}

/** A contact nobody will call again. */
function contact(given: Partial<CaseEvidence>): CaseEvidence {
  return {
    state: 'not_reached',
    disposition: null,
    open: false,
    named: true,
    consented: false,
    answered: false,
    calls: [],
    ...given,
  };
}

function coded(calls: CallEvidence[], given: Partial<CaseEvidence> = {}): CaseCode | 'open' | 'excluded' {
  return caseOf(contact({ ...given, calls }));
}

describe('the final code of a contact', () => {
  it.each<[CallOutcome, CaseCode]>([
    ['completed', '1.1'],
    ['partial', '1.2'],
    ['refused', '2.112'],
    ['hung_up', '2.11'],
    ['no_response', '3.21'],
    ['callback', '2.21'],
    ['machine', '2.22'],
    ['busy', '3.12'],
    ['no_answer', '3.13'],
    ['failed', '3.16'],
    ['lost', '3.16'],
    ['not_placed', '4.31'],
    ['canceled', '3.11'],
  ])('of calls that all ended as %s is %s', (outcome, code) => {
    expect(coded([call(outcome), call(outcome)])).toBe(code);
  });

  it('is there for every outcome', () => {
    for (const outcome of CALL_OUTCOMES) expect(Object.keys(CASE_CODES)).toContain(coded([call(outcome)]));
  });

  it('is a complete interview or a refusal by the contact’s state alone', () => {
    expect(coded([], { state: 'completed' })).toBe('1.1');
    expect(coded([], { state: 'refused' })).toBe('2.112');
  });

  it('is a break-off once consent was given', () => {
    expect(coded([call('hung_up')], { consented: true })).toBe('2.12');
    expect(coded([call('no_response')], { consented: true, answered: true })).toBe('2.12');
  });

  it('is never a refusal for silence without an answer', () => {
    expect(coded([call('no_response')], { consented: true })).toBe('3.21');
  });

  it('of a machine depends on whether the list names the person', () => {
    expect(coded([call('machine')], { named: false })).toBe('3.14');
    expect(coded([call('machine', null, true)])).toBe('4.20');
  });

  it('tells a blocked call and a dead number from a technical problem', () => {
    expect(coded([call('failed', '603')])).toBe('3.15');
    expect(coded([call('failed', '404')])).toBe('4.31');
    expect(coded([call('failed', '503')])).toBe('3.16');
    expect(coded([call('not_placed', '21216')])).toBe('3.15');
  });

  it('keeps an earlier refusal, contact or interview when nobody answers later', () => {
    expect(coded([call('hung_up'), call('no_answer')])).toBe('2.11');
    expect(coded([call('partial'), call('refused'), call('no_answer')])).toBe('1.2');
    expect(coded([call('machine'), call('busy')])).toBe('2.22');
  });

  it('calls a line always busy only when it never just rang', () => {
    expect(coded([call('busy'), call('no_answer'), call('failed')])).toBe('3.13');
    expect(coded([call('busy'), call('failed')])).toBe('3.12');
  });

  it('is not attempted when no call was offered to the carrier', () => {
    expect(coded([], { disposition: 'campaign_over' })).toBe('3.11');
    expect(coded([call('canceled')], { disposition: 'unknown_timezone' })).toBe('3.11');
  });

  it('is outside the rates when a number was taken off before the first call, and coded when it was called', () => {
    expect(coded([], { disposition: 'suppressed' })).toBe('excluded');
    expect(coded([call('canceled')], { disposition: 'withdrawn' })).toBe('excluded');
    expect(coded([call('no_answer')], { disposition: 'suppressed' })).toBe('3.13');
  });

  it('waits while a further call is due', () => {
    expect(coded([call('busy')], { open: true })).toBe('open');
  });
});

describe('the tally of cases', () => {
  it('counts every contact once, in the order of precedence', () => {
    const tally = tallyCases([
      { ...contact({ calls: [call('no_answer')] }), contacts: 4 },
      { ...contact({ calls: [call('no_answer'), call('busy')] }), contacts: 1 },
      { ...contact({ state: 'completed', calls: [call('completed')] }), contacts: 3 },
      { ...contact({ state: 'pending', open: true }), contacts: 2 },
      { ...contact({ disposition: 'suppressed' }), contacts: 6 },
    ]);
    expect(tally.codes.map(({ code, contacts }) => [code, contacts])).toEqual([
      ['1.1', 3],
      ['3.13', 5],
    ]);
    expect(tally.groups).toEqual({ I: 3, P: 0, R: 0, O: 0, NC: 0, NE: 0, UO: 0, UH: 5 });
    expect([tally.open, tally.excluded]).toEqual([2, 6]);
  });

  it('knows a group for every code', () => {
    for (const { group } of Object.values(CASE_CODES)) expect(CASE_GROUPS).toContain(group);
  });
});
