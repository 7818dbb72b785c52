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
/** Twilio listens for a minute at most. */
const LONGEST_SPEECH = 1_000;
/** Codes of Twilio and of SIP are numbers. */
const ERROR_CODE = /^[0-9]{1,6}$/;

/** What a message is read by. Twilio sends each once; one that is there twice was not written by it. */
const READ = [
  'CallSid',
  'AccountSid',
  'CallStatus',
  'AnsweredBy',
  'ErrorCode',
  'SipResponseCode',
  'Digits',
  'SpeechResult',
  'Confidence',
];

export function isCallSid(text: unknown): text is string {
  return typeof text === 'string' && CALL_SID.test(text);
}

export function signalOf(
  status: string | undefined,
  answeredBy: string | null,
  errorCode: string | null,
): CarrierSignal | null {
  const kind = Object.hasOwn(SIGNALS, status ?? '') ? SIGNALS[status!] : undefined;
  return kind === undefined ? null : { kind, answeredBy: answeredByOf(answeredBy), errorCode };
}

/** null for another account's or a malformed message. */
export function readMessage(parameters: URLSearchParams, accountSid: string): CarrierMessage | null {
  if (READ.some((key) => !isOneText(parameters.getAll(key)))) return null;
  const providerCallId = parameters.get('CallSid');
  if (!isCallSid(providerCallId) || parameters.get('AccountSid') !== accountSid) return null;
  const answeredBy = parameters.get('AnsweredBy');
  const errorCode =
    [parameters.get('ErrorCode'), parameters.get('SipResponseCode')].find(
      (code) => code !== null && ERROR_CODE.test(code),
    ) ?? null;
  return {
    providerCallId,
    signal: signalOf(parameters.get('CallStatus') ?? undefined, answeredBy, errorCode),
    input: inputOf(parameters),
    answeredBy: answeredByOf(answeredBy),
  };
}

/** At most one, and without NUL, which no row can hold. */
function isOneText(values: string[]): boolean {
  return values.length <= 1 && !values[0]?.includes('\0');
}

/** By characters: half of one could not be stored. The form was decoded from UTF-8, so it holds whole ones. */
function upTo(length: number, text: string | null): string {
  return Array.from((text ?? '').slice(0, 2 * length))
    .slice(0, length)
    .join('');
}

function inputOf(parameters: URLSearchParams): CalleeInput {
  const keys = upTo(LONGEST_KEYS, parameters.get('Digits'));
  if (keys) return { kind: 'keys', keys };
  const text = upTo(LONGEST_SPEECH, parameters.get('SpeechResult'));
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
