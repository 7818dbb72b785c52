import type { CalleeInput } from '../../../survey/contracts/prompt.js';
import type { AnsweredBy, CarrierMessage, CarrierSignal } from '../../telephony-port.js';

/** Twilio's call statuses; callbacks know `initiated` besides those of the REST API. */
const SIGNALS: Record<string, CarrierSignal['kind']> = {
  queued: 'queued',
  initiated: 'initiated',
  ringing: 'ringing',
  'in-progress': 'answered',
  completed: 'completed',
  busy: 'busy',
  failed: 'failed',
  'no-answer': 'no_answer',
  canceled: 'canceled',
};

const CALL_SID = /^CA[0-9a-f]{32}$/;
const LONGEST_KEYS = 64;

export function isCallSid(text: unknown): text is string {
  return typeof text === 'string' && CALL_SID.test(text);
}

export function signalOf(
  status: string | undefined,
  answeredBy: string | null,
  errorCode: string | null,
): CarrierSignal | null {
  const kind = SIGNALS[status ?? ''];
  return kind === undefined ? null : { kind, answeredBy: answeredByOf(answeredBy), errorCode };
}

/** null for another account's or a malformed message. */
export function readMessage(parameters: URLSearchParams, accountSid: string): CarrierMessage | null {
  const providerCallId = parameters.get('CallSid');
  if (!isCallSid(providerCallId) || parameters.get('AccountSid') !== accountSid) return null;
  const answeredBy = parameters.get('AnsweredBy');
  const errorCode = parameters.get('ErrorCode') ?? parameters.get('SipResponseCode');
  return {
    providerCallId,
    signal: signalOf(parameters.get('CallStatus') ?? undefined, answeredBy, errorCode),
    input: inputOf(parameters),
    answeredBy: answeredByOf(answeredBy),
  };
}

function inputOf(parameters: URLSearchParams): CalleeInput {
  const keys = parameters.get('Digits')?.slice(0, LONGEST_KEYS);
  if (keys) return { kind: 'keys', keys };
  const text = parameters.get('SpeechResult');
  if (text) {
    const confidence = Number(parameters.get('Confidence'));
    return { kind: 'speech', text, confidence: Number.isFinite(confidence) ? confidence : null };
  }
  return { kind: 'silence' };
}

/** `machine_start`, `machine_end_beep`, …; what Twilio could not tell counts as unknown, which is taken for a person. */
function answeredByOf(text: string | null): AnsweredBy | null {
  if (text === null || text === '') return null;
  if (text.startsWith('machine')) return 'machine';
  return text === 'human' || text === 'fax' ? text : 'unknown';
}
