/**
 * A call's life; forward jumps only.
 * - `claimed`: intended, never offered to the carrier; a crash leaves it to be dialled by anybody.
 * - `dialing`: the intent to dial is committed; until `dial_result` is set only a callback or a look-up may decide.
 * - `ringing`, `in_progress`: told by the carrier.
 * - `ended`: the outcome is set.
 */
export type CallStatus = 'claimed' | 'dialing' | 'ringing' | 'in_progress' | 'ended';
export const CALL_STATUSES: readonly CallStatus[] = ['claimed', 'dialing', 'ringing', 'in_progress', 'ended'];

export type CallOutcome =
  | 'completed'
  | 'refused'
  | 'partial'
  | 'hung_up'
  | 'no_response'
  | 'machine'
  | 'busy'
  | 'no_answer'
  | 'callback'
  | 'failed'
  | 'not_placed'
  | 'canceled'
  | 'lost';
export const CALL_OUTCOMES: readonly CallOutcome[] = [
  'completed',
  'refused',
  'partial',
  'hung_up',
  'no_response',
  'machine',
  'busy',
  'no_answer',
  'callback',
  'failed',
  'not_placed',
  'canceled',
  'lost',
];

/** Which carrier this installation dials with; campaigns of another one are left alone. */
export abstract class CarrierIdentity {
  /** `simulator`, or the Twilio account SID. */
  abstract readonly carrier: string;
  /** The caller id used where a campaign names none; null when none is configured. */
  abstract readonly defaultCallerId: string | null;
}
