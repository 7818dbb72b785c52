import type { CallOrder } from '../call/call-order.js';
import type { Person } from '../phone/person.js';
import { isTerminal, type AnsweredBy, type CallStatus, type EndedBy } from './entry.js';

/** A call as its ledger entries describe it. Instants are milliseconds of wall-clock time. */
export interface Call {
  readonly sid: string;
  readonly order: CallOrder;
  readonly ordinal: number;
  readonly person: Person;
  readonly queueTimeMs: number;
  readonly createdAt: number;
  /** Live calls at the moment of its creation, itself included. */
  readonly liveWhenCreated: number;
  updatedAt: number;
  startedAt: number | null;
  answeredAt: number | null;
  endedAt: number | null;
  status: CallStatus;
  sipResponseCode: number | null;
  answeredBy: AnsweredBy | null;
  endedBy: EndedBy | null;
  consent: 'yes' | 'no' | 'optOut' | null;
  readonly keys: string[];
  /** Answers as meant, in order, mistakes left out. */
  readonly meant: { readonly prompt: string; readonly keys: string }[];
  promptsHeard: number;
  twimlErrors: number;
  /** Status callbacks sent so far, which is the next SequenceNumber. */
  callbacks: number;
}

export function isLive(call: Call): boolean {
  return !isTerminal(call.status);
}

/** The line of `GET /simulator/calls` about one call. */
export function summaryOf(call: Call) {
  const { order } = call;
  return {
    sid: call.sid,
    to: order.to,
    from: order.from,
    url: 'url' in order.voice ? order.voice.url : null,
    statusCallback: order.statusCallback?.url ?? null,
    ordinal: call.ordinal,
    person: call.person.kind,
    status: call.status,
    answeredBy: call.answeredBy,
    sipResponseCode: call.sipResponseCode,
    createdAt: instant(call.createdAt),
    startedAt: instant(call.startedAt),
    answeredAt: instant(call.answeredAt),
    endedAt: instant(call.endedAt),
    endedBy: call.endedBy,
    consent: call.consent,
    keys: call.keys,
    meant: call.meant,
    promptsHeard: call.promptsHeard,
    twimlErrors: call.twimlErrors,
    callbacks: call.callbacks,
    liveWhenCreated: call.liveWhenCreated,
  };
}

export type CallSummary = ReturnType<typeof summaryOf>;

function instant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
