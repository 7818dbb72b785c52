import type { CallOrder } from '../call/call-order.js';
import type { FaultName, FaultRule } from '../faults.js';
import type { Intent } from '../phone/callee.js';
import type { PeopleConfig, Person } from '../phone/person.js';
import type { FormParams } from '../webhooks/signature.js';

/** `initiated` is only told in callbacks; the REST API shows such a call as queued. */
export type CallStatus =
  | 'queued'
  | 'initiated'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'no-answer'
  | 'failed'
  | 'canceled';

export type TerminalStatus = Extract<CallStatus, 'completed' | 'busy' | 'no-answer' | 'failed' | 'canceled'>;

const TERMINAL: readonly CallStatus[] = ['completed', 'busy', 'no-answer', 'failed', 'canceled'];

export function isTerminal(status: CallStatus): status is TerminalStatus {
  return TERMINAL.includes(status);
}

/**
 * Who or what ended a call. `application`: its webhook could not be had or executed; `document`: its TwiML
 * ended; `api`: an update asked for it; `loopGuard`: the conversation went on for absurdly many documents;
 * `restart`: the carrier itself had died.
 */
export type EndedBy =
  | 'callee'
  | 'document'
  | 'application'
  | 'api'
  | 'ringTimeout'
  | 'timeLimit'
  | 'network'
  | 'loopGuard'
  | 'restart';

export type AnsweredBy = 'human' | 'machine_start' | 'machine_end_beep' | 'unknown';

export type WebhookKind = 'voice' | 'turn' | 'fallback' | 'status' | 'amd';

/** One fact of the ledger. `request` and `webhook` are the `seq` of the entry that opened the exchange. */
export type LedgerEvent =
  | { readonly type: 'carrier.started'; readonly seed: string; readonly speed: number }
  | { readonly type: 'people.set'; readonly people: PeopleConfig }
  | { readonly type: 'faults.set'; readonly rules: readonly FaultRule[] }
  | { readonly type: 'create.received'; readonly params: FormParams }
  | {
      readonly type: 'create.answered';
      readonly request: number;
      readonly sid: string | null;
      /** null: never answered, or the connection was reset. */
      readonly httpStatus: number | null;
      readonly code: number | null;
      readonly fault: FaultName | null;
    }
  | {
      readonly type: 'call.created';
      readonly request: number;
      readonly sid: string;
      readonly order: CallOrder;
      /** Counts the calls to this number from 0. */
      readonly ordinal: number;
      readonly person: Person;
      readonly queueTimeMs: number;
    }
  | {
      readonly type: 'call.status';
      readonly sid: string;
      readonly status: CallStatus;
      readonly sipResponseCode?: number;
      readonly endedBy?: EndedBy;
    }
  | { readonly type: 'call.detected'; readonly sid: string; readonly answeredBy: AnsweredBy }
  | {
      readonly type: 'call.heard';
      readonly sid: string;
      readonly texts: readonly string[];
      /** null: the texts were spoken without asking for input. */
      readonly gather: { readonly [attribute: string]: unknown } | null;
    }
  | { readonly type: 'call.key'; readonly sid: string; readonly key: string }
  | { readonly type: 'call.spoke'; readonly sid: string; readonly words: string }
  | {
      readonly type: 'call.meant';
      readonly sid: string;
      readonly prompt: string;
      readonly keys: string;
      readonly intent: Intent;
    }
  | {
      readonly type: 'twiml.error';
      readonly sid: string;
      readonly code: number;
      readonly message: string;
      readonly url: string;
    }
  | {
      readonly type: 'webhook.sent';
      readonly sid: string;
      readonly kind: WebhookKind;
      readonly method: string;
      readonly url: string;
      readonly params: FormParams;
    }
  | {
      readonly type: 'webhook.answered';
      readonly sid: string;
      readonly webhook: number;
      readonly kind: WebhookKind;
      readonly httpStatus: number | null;
      readonly error: string | null;
      readonly tries: number;
      readonly ms: number;
    }
  | {
      readonly type: 'callback.fault';
      readonly sid: string;
      readonly fault: FaultName;
      readonly callStatus: string;
    }
  | {
      readonly type: 'update.received';
      readonly sid: string;
      readonly status: string;
      readonly httpStatus: number;
      readonly code: number | null;
    };

/** `seq` counts from 1 over the whole ledger, restarts included; `at` is wall-clock time in UTC. */
export type LedgerEntry = LedgerEvent & { readonly seq: number; readonly at: string };
