import type { CallOutcome, CallStatus } from '../contracts/call-attempt.js';
import type { CarrierSignal } from '../telephony-port.js';
import { callStep, OUTCOME_CORRECTIONS } from './call-machine.js';

/** Order of the statuses: carrier signals move an attempt forward only. */
export const CALL_RANK: Record<CallStatus, number> = {
  claimed: 0,
  dialing: 1,
  ringing: 2,
  in_progress: 3,
  ended: 4,
};

export type InterviewResult = 'completed' | 'refused' | 'no_response' | 'callback' | 'machine';

export interface CallSituation {
  status: CallStatus;
  /** The line went down before; the settlement is being held back. */
  carrierEnd: string | null;
  interviewResult: InterviewResult | null;
}

export type SignalEffect =
  /** Stored, changes nothing: of a lower or equal rank, or after the end. */
  | { kind: 'none' }
  | { kind: 'progress'; to: CallStatus }
  /** The call is over and its outcome certain. */
  | { kind: 'end'; outcome: CallOutcome }
  /** A person answered and did not finish: turns may still be under way, the settlement waits for them. */
  | { kind: 'hold' }
  /** A person answered and was silent to the limit: partial or no_response, as the answers say. */
  | { kind: 'end_by_evidence' };

/** What a carrier signal does to a call: the step of the table, if it has one. The first end wins. */
export function effectOf(call: CallSituation, signal: CarrierSignal): SignalEffect {
  if (call.carrierEnd !== null) return { kind: 'none' };
  const to = callStep(call.status, signal.kind)?.to;
  if (to === undefined) return { kind: 'none' };
  if (to !== 'ended') return { kind: 'progress', to };
  if (call.interviewResult === 'no_response') return { kind: 'end_by_evidence' };
  if (call.interviewResult !== null) return { kind: 'end', outcome: call.interviewResult };
  switch (signal.kind) {
    case 'busy':
      return { kind: 'end', outcome: 'busy' };
    case 'no_answer':
      return { kind: 'end', outcome: 'no_answer' };
    case 'completed':
      if (signal.answeredBy === 'machine' || signal.answeredBy === 'fax')
        return { kind: 'end', outcome: 'machine' };
      return { kind: 'hold' };
    default:
      // A call that failed or was canceled after somebody answered is a broken interview, not a call never connected.
      return call.status === 'in_progress' ? { kind: 'hold' } : { kind: 'end', outcome: 'failed' };
  }
}

/** What the stored answers prove about a call in which a person answered and hung up. */
export interface AnswersSoFar {
  status: 'none' | 'open' | 'completed' | 'refused';
  /** Every required question is answered; optional ones may be open. */
  isFinished: boolean;
  reachedPartialThreshold: boolean;
}

/** The outcome of a call that ended before the interview did, by what was stored. */
export function outcomeByEvidence(answers: AnswersSoFar, wasSilent: boolean): CallOutcome {
  if (answers.isFinished) return 'completed';
  if (answers.status === 'refused') return answers.status;
  if (answers.reachedPartialThreshold) return 'partial';
  return wasSilent ? 'no_response' : 'hung_up';
}

/**
 * The outcome of a call that the carrier has forgotten, without a word of its end. What the person did decides; who was on
 * the line and had not come far may have hung up or been cut off, and who was never on it has said nothing in this call.
 */
export function outcomeOfForgotten(
  call: Pick<CallSituation, 'status' | 'interviewResult'>,
  answers: AnswersSoFar,
): CallOutcome {
  const { status, interviewResult } = call;
  if (interviewResult !== null && interviewResult !== 'no_response') return interviewResult;
  if (status !== 'in_progress') return 'lost';
  const outcome = outcomeByEvidence(answers, interviewResult === 'no_response');
  return outcome === 'hung_up' ? 'lost' : outcome;
}

/** An outcome that a late turn may still correct, once. */
export function mayBeCorrected(outcome: CallOutcome, correctedBefore: boolean): boolean {
  return !correctedBefore && OUTCOME_CORRECTIONS.from.includes(outcome);
}
