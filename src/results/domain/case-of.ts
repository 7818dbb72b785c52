import type { ContactState, Disposition } from '../../contact/contracts/contact-state.js';
import type { CallOutcome } from '../../telephony/contracts/call-attempt.js';
import {
  BARRIER_CODES,
  CASE_CODES,
  CASE_CODE_LIST,
  CASE_GROUPS,
  type CaseCode,
  NON_WORKING_CODES,
} from './case-codes.js';

/** What one ended call shows; canceled calls show nothing and are left out. */
export interface CallEvidence {
  outcome: CallOutcome;
  /** The carrier's error or SIP code, of calls it did not connect. */
  errorCode: string | null;
  fax: boolean;
}

/** What is known of one contact when results are read. */
export interface CaseEvidence {
  state: ContactState;
  disposition: Disposition | null;
  /** A further call is due or under way. */
  open: boolean;
  /** The list names the person, so a machine on the line is theirs. */
  named: boolean;
  consented: boolean;
  answered: boolean;
  calls: CallEvidence[];
}

/**
 * The final code of a contact over all its calls. `open`: no final code yet; `excluded`: taken off the list before the
 * first call, reported apart and outside every rate.
 */
export function caseOf(evidence: CaseEvidence): CaseCode | 'open' | 'excluded' {
  if (evidence.open) return 'open';
  if (evidence.state === 'completed') return '1.1';
  const codes = evidence.calls
    .filter((call) => call.outcome !== 'canceled')
    .map((call) => codeOfCall(call, evidence));
  if (evidence.state === 'refused') codes.push('2.112');
  if (codes.length > 0)
    return codes.reduce((best, code) => (precedence(code) < precedence(best) ? code : best));
  const takenOff = evidence.disposition === 'suppressed' || evidence.disposition === 'withdrawn';
  return takenOff ? 'excluded' : '3.11';
}

function codeOfCall(call: CallEvidence, person: CaseEvidence): CaseCode {
  switch (call.outcome) {
    case 'completed':
      return '1.1';
    case 'partial':
      return '1.2';
    case 'refused':
      return '2.112';
    case 'hung_up':
      // The list is of people who are all eligible; of a screened sample this would be 3.21.
      return person.consented ? '2.12' : '2.11';
    case 'no_response':
      // Silence alone is never a refusal.
      return person.consented && person.answered ? '2.12' : '3.21';
    case 'callback':
      return '2.21';
    case 'machine':
      if (call.fax) return '4.20';
      return person.named ? '2.22' : '3.14';
    case 'no_answer':
      return '3.13';
    case 'busy':
      return '3.12';
    case 'not_placed':
      return isBarrier(call) ? '3.15' : '4.31';
    case 'failed':
      if (isBarrier(call)) return '3.15';
      return call.errorCode !== null && NON_WORKING_CODES.has(call.errorCode) ? '4.31' : '3.16';
    case 'lost':
      return '3.16';
    case 'canceled':
      return '3.11';
  }
}

function isBarrier(call: CallEvidence): boolean {
  return call.errorCode !== null && BARRIER_CODES.has(call.errorCode);
}

function precedence(code: CaseCode): number {
  return CASE_GROUPS.indexOf(CASE_CODES[code].group) * CASE_CODE_LIST.length + CASE_CODE_LIST.indexOf(code);
}
