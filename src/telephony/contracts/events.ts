import { defineEvent } from '../../shared/event-log/domain-event.js';
import type { CallOutcome, CallStatus } from './call-attempt.js';

/** Counts at the moment of this very claim: the campaign's live calls and its limit, and those of the whole installation. */
export const CallClaimed = defineEvent<{
  attemptNumber: number;
  live: number;
  limit: number;
  globalLive: number;
  globalLimit: number;
  by: string;
}>('call.claimed.v1');
export const CallDialing = defineEvent<{ slotAt: Date; offer: number }>('call.dialing.v1');
/** Back to `claimed`: the carrier certainly did not take the call. */
export const CallRequeued = defineEvent<{ reason: string; notBefore: Date | null }>('call.requeued.v1');
export const CallAccepted = defineEvent<{ providerCallId: string }>('call.accepted.v1');
export const CallResultUnknown = defineEvent<{ reason: string }>('call.result_unknown.v1');
export const CallProgressed = defineEvent<{ from: CallStatus; to: CallStatus; signal: string }>(
  'call.progressed.v1',
);
/** The interview has settled the contact while the line is still open. */
export const CallInterviewDecided = defineEvent<{ result: string }>('call.interview_decided.v1');
/** The line is down; the settlement waits for the turns still under way. */
export const CallHungUp = defineEvent<{ carrierEnd: string; settleAfter: Date }>('call.hung_up.v1');
export const CallEnded = defineEvent<{
  outcome: CallOutcome;
  carrierEnd: string | null;
  reason: string | null;
  isTest: boolean;
}>('call.ended.v1');
export const CallCorrected = defineEvent<{ from: CallOutcome; to: CallOutcome }>('call.corrected.v1');
export const CircuitOpened = defineEvent<{ reason: string }>('circuit.opened.v1');
export const CircuitClosed = defineEvent<Record<string, never>>('circuit.closed.v1');
/** The carrier speaks of a call that should not be: one for an attempt that has ended, or not the bound one. */
export const CallLate = defineEvent<{ providerCallId: string; saw: string }>('call.late.v1');
