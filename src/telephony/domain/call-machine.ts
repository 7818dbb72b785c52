import type { CallOutcome, CallStatus } from '../contracts/call-attempt.js';
import type { CarrierSignal } from '../telephony-port.js';

/**
 * What moves a call attempt, besides the signals of the carrier.
 * - `dial`: the intent to dial is committed. `requeue`: the request was certainly not taken. `reject`: it was refused.
 * - `give_back`: never to be offered to the carrier.
 * - `turn`: a signed request of its call, so somebody is on the line.
 * - `settle`: the line went down on a person who had not finished, and the time for late turns is over.
 * - `lose`: given up; any call the carrier may have made of it would be over.
 */
export type CallEvent =
  CarrierSignal['kind'] | 'dial' | 'requeue' | 'reject' | 'give_back' | 'turn' | 'settle' | 'lose';
export const CALL_EVENTS: readonly CallEvent[] = [
  'dial',
  'give_back',
  'requeue',
  'reject',
  'queued',
  'initiated',
  'ringing',
  'answered',
  'turn',
  'completed',
  'busy',
  'no_answer',
  'failed',
  'canceled',
  'settle',
  'lose',
];

/** What must hold besides the status, in words. */
export const CALL_GUARDS = {
  permitted: 'contactable behind the dial gate, and its slot is reserved',
  not_taken: 'no result and no call id: the carrier certainly did not take it',
  unbound: 'it has no call',
  bound: 'it is bound to its call',
  evidence: 'it was sent, and two look-ups found nothing',
} as const;
export type CallGuard = keyof typeof CALL_GUARDS;

export interface CallStep {
  event: CallEvent;
  from: CallStatus;
  to: CallStatus;
  guard: CallGuard;
  /** The outcomes that this end can have; absent where the step is no end. */
  outcomes?: readonly CallOutcome[];
}

/** What the interview had decided, or the stored answers prove: any end of the line leaves it standing. */
const INTERVIEWED: readonly CallOutcome[] = [
  'completed',
  'refused',
  'partial',
  'no_response',
  'machine',
  'callback',
];
const BUSY: readonly CallOutcome[] = [...INTERVIEWED, 'busy'];
const NO_ANSWER: readonly CallOutcome[] = [...INTERVIEWED, 'no_answer'];
const FAILED: readonly CallOutcome[] = [...INTERVIEWED, 'failed'];
const SETTLED: readonly CallOutcome[] = [...INTERVIEWED, 'hung_up', 'failed'];

/**
 * The life of a call attempt; the trigger `call_attempts_guard` holds the same table. What is not here changes nothing:
 * a signal of a lower or equal rank is stored, and a claimed attempt has no call that could have sent one.
 */
export const CALL_MACHINE: readonly CallStep[] = [
  { event: 'dial', from: 'claimed', to: 'dialing', guard: 'permitted' },
  { event: 'give_back', from: 'claimed', to: 'ended', guard: 'unbound', outcomes: ['canceled'] },
  { event: 'requeue', from: 'dialing', to: 'claimed', guard: 'not_taken' },
  { event: 'reject', from: 'dialing', to: 'ended', guard: 'unbound', outcomes: ['not_placed', 'failed'] },
  { event: 'ringing', from: 'dialing', to: 'ringing', guard: 'bound' },
  { event: 'answered', from: 'dialing', to: 'in_progress', guard: 'bound' },
  { event: 'answered', from: 'ringing', to: 'in_progress', guard: 'bound' },
  { event: 'turn', from: 'dialing', to: 'in_progress', guard: 'bound' },
  { event: 'turn', from: 'ringing', to: 'in_progress', guard: 'bound' },
  { event: 'completed', from: 'dialing', to: 'ended', guard: 'bound', outcomes: INTERVIEWED },
  { event: 'completed', from: 'ringing', to: 'ended', guard: 'bound', outcomes: INTERVIEWED },
  { event: 'completed', from: 'in_progress', to: 'ended', guard: 'bound', outcomes: INTERVIEWED },
  { event: 'busy', from: 'dialing', to: 'ended', guard: 'bound', outcomes: BUSY },
  { event: 'busy', from: 'ringing', to: 'ended', guard: 'bound', outcomes: BUSY },
  { event: 'busy', from: 'in_progress', to: 'ended', guard: 'bound', outcomes: BUSY },
  { event: 'no_answer', from: 'dialing', to: 'ended', guard: 'bound', outcomes: NO_ANSWER },
  { event: 'no_answer', from: 'ringing', to: 'ended', guard: 'bound', outcomes: NO_ANSWER },
  { event: 'no_answer', from: 'in_progress', to: 'ended', guard: 'bound', outcomes: NO_ANSWER },
  { event: 'failed', from: 'dialing', to: 'ended', guard: 'bound', outcomes: FAILED },
  { event: 'failed', from: 'ringing', to: 'ended', guard: 'bound', outcomes: FAILED },
  { event: 'failed', from: 'in_progress', to: 'ended', guard: 'bound', outcomes: FAILED },
  { event: 'canceled', from: 'dialing', to: 'ended', guard: 'bound', outcomes: FAILED },
  { event: 'canceled', from: 'ringing', to: 'ended', guard: 'bound', outcomes: FAILED },
  { event: 'canceled', from: 'in_progress', to: 'ended', guard: 'bound', outcomes: FAILED },
  { event: 'settle', from: 'dialing', to: 'ended', guard: 'bound', outcomes: SETTLED },
  { event: 'settle', from: 'ringing', to: 'ended', guard: 'bound', outcomes: SETTLED },
  { event: 'settle', from: 'in_progress', to: 'ended', guard: 'bound', outcomes: SETTLED },
  { event: 'lose', from: 'dialing', to: 'ended', guard: 'evidence', outcomes: ['lost'] },
  { event: 'lose', from: 'ringing', to: 'ended', guard: 'evidence', outcomes: ['lost'] },
  { event: 'lose', from: 'in_progress', to: 'ended', guard: 'evidence', outcomes: ['lost'] },
];

/** The step an event takes from a status; undefined where it changes nothing. */
export function callStep(from: CallStatus, event: CallEvent): CallStep | undefined {
  return CALL_MACHINE.find((step) => step.from === from && step.event === event);
}

/** The only rewriting of an outcome: a signed turn of the same call that arrives late, once. */
export const OUTCOME_CORRECTIONS: {
  readonly from: readonly CallOutcome[];
  readonly to: readonly CallOutcome[];
} = {
  from: ['hung_up', 'partial', 'no_response', 'lost'],
  to: ['completed', 'refused'],
};
