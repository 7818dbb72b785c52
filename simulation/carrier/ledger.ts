import type { AnsweredBy, CallRequest, CarrierSignal } from '../../src/telephony/telephony-port.js';
import type { Script } from './people.js';

export type SignalKind = CarrierSignal['kind'];

/** What the person did at one prompt, and when we told the carrier that it has arrived. */
export interface Input {
  turn: number;
  /** What the prompt asked; null at turn 0, before any prompt. */
  question: string | null;
  /** Null for silence. */
  keys: string | null;
  acknowledgedAt: number | null;
}

/** A call as the carrier's own books have it. */
export interface LedgerCall {
  id: string;
  request: CallRequest;
  createdAt: number;
  status: SignalKind;
  endedAt: number | null;
  answeredAt: number | null;
  answeredBy: AnsweredBy | null;
  script: Script;
  /** Every turn that was asked of us, in order. */
  inputs: Input[];
  hungUpByUs: boolean;
  /** The person is hanging up: what was pressed last is still on its way. */
  isLeaving: boolean;
  /** Not found by a search yet: the carrier's lists lag behind. */
  listedFrom: number;
}

const TERMINAL = new Set<SignalKind>(['completed', 'busy', 'no_answer', 'failed', 'canceled']);

export function isOver(call: LedgerCall): boolean {
  return TERMINAL.has(call.status);
}

export function signalOf(call: LedgerCall, kind: SignalKind): CarrierSignal {
  const over = TERMINAL.has(kind);
  return { kind, answeredBy: over ? call.answeredBy : null, errorCode: null };
}
