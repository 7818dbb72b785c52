import type { CalleeInput, Prompt } from '../survey/contracts/prompt.js';

export interface CallRequest {
  attemptId: string;
  /** E.164 */
  to: string;
  from: string;
  ringSeconds: number;
  callSeconds: number;
  detectMachines: boolean;
}

/** What became of a create request. Only `unknown` may have rung a phone without our knowing the call. */
export type PlaceResult =
  | { kind: 'accepted'; providerCallId: string }
  /**
   * `number` and `policy`: this number will never be connected. `unreachable`: not now. `configuration`: nobody can be
   * called until an operator has mended our account; `caller_id`: nobody from this number.
   */
  | {
      kind: 'rejected';
      cause: 'number' | 'policy' | 'unreachable' | 'configuration' | 'caller_id';
      code: string;
    }
  /** Not a byte reached the carrier. */
  | { kind: 'not_sent'; reason: string }
  /** Refused unprocessed; safe to send again. */
  | { kind: 'throttled'; reason: string }
  | { kind: 'unknown'; reason: string };

export const ANSWERED_BY = ['human', 'machine', 'fax', 'unknown'] as const;
export type AnsweredBy = (typeof ANSWERED_BY)[number];

/** What a turn brings; a carrier says each of it once. */
export interface Heard {
  input: CalleeInput;
  answeredBy: AnsweredBy | null;
}

/** A fact about a call, in no carrier's words. */
export interface CarrierSignal {
  kind:
    | 'queued'
    | 'initiated'
    | 'ringing'
    | 'answered'
    | 'completed'
    | 'busy'
    | 'no_answer'
    | 'failed'
    | 'canceled';
  answeredBy: AnsweredBy | null;
  errorCode: string | null;
}

export interface CarrierCall {
  providerCallId: string;
  createdAt: Date;
  signal: CarrierSignal;
}

export type FetchResult =
  { kind: 'found'; call: CarrierCall } | { kind: 'not_found' } | { kind: 'unavailable'; reason: string };
export type FindResult = { kind: 'found'; calls: CarrierCall[] } | { kind: 'unavailable'; reason: string };
export type EndResult =
  { kind: 'ended' } | { kind: 'already_ended' } | { kind: 'unavailable'; reason: string };

export interface SignedRequest {
  /** Path and query as they arrived. */
  path: string;
  rawBody: string;
  signature: string | undefined;
}

/** A callback of the carrier, read. */
export interface CarrierMessage {
  providerCallId: string;
  signal: CarrierSignal | null;
  input: CalleeInput;
  answeredBy: AnsweredBy | null;
}

export interface RenderedPrompt {
  contentType: string;
  body: string;
}

/** The carrier. It takes callback addresses, gives a call id and reports facts; it decides nothing. */
export abstract class TelephonyPort {
  abstract place(request: CallRequest): Promise<PlaceResult>;
  abstract fetch(providerCallId: string): Promise<FetchResult>;
  /** Calls between two numbers created since; newest first. */
  abstract find(calls: { to: string; from: string; createdSince: Date }): Promise<FindResult>;
  abstract end(providerCallId: string): Promise<EndResult>;
  /** Whether the request was signed by the carrier for our account. */
  abstract verify(request: SignedRequest): boolean;
  /** null when the body is not one the carrier sends. */
  abstract parse(rawBody: string): CarrierMessage | null;
  /** The prompt in the carrier's language; the answer comes back as turn `nextTurn`. */
  abstract render(prompt: Prompt, call: { attemptId: string; nextTurn: number }): RenderedPrompt;
  /** Keeps the line for a moment and asks for the same turn again, what was heard carried along. */
  abstract renderWait(call: {
    attemptId: string;
    turn: number;
    waited: number;
    heard: Heard;
  }): RenderedPrompt;
}
