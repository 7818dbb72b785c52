import { ApiError, type ApiErrorCode } from '../rest/api-error.js';
import type { HttpMethod } from '../twiml/document.js';
import type { FormParams } from '../webhooks/signature.js';

export interface Endpoint {
  readonly url: string;
  readonly method: HttpMethod;
}

export const CALLBACK_EVENTS = ['initiated', 'ringing', 'answered', 'completed'] as const;
export type CallbackEvent = (typeof CALLBACK_EVENTS)[number];

export interface MachineDetection {
  readonly mode: 'Enable' | 'DetectMessageEnd';
  /** Asynchronous detection lets the conversation begin at once; its result goes to `callback`, if any. */
  readonly asynchronous: boolean;
  readonly callback: Endpoint | null;
  readonly timeoutSeconds: number;
}

/** What a customer asked for when creating a call. Seconds are those of the story, before the speed. */
export interface CallOrder {
  readonly to: string;
  readonly from: string;
  readonly voice: Endpoint | { readonly twiml: string };
  readonly fallback: Endpoint | null;
  readonly statusCallback: (Endpoint & { readonly events: readonly CallbackEvent[] }) | null;
  readonly ringSeconds: number;
  readonly timeLimitSeconds: number;
  readonly machineDetection: MachineDetection | null;
}

/** Numbers with a fixed answer, as with Twilio's test credentials. */
const MAGIC_TO: Readonly<Record<string, ApiErrorCode>> = {
  '+15005550001': 21217,
  '+15005550002': 21214,
  '+15005550003': 21215,
  '+15005550004': 21216,
};
const MAGIC_FROM: Readonly<Record<string, ApiErrorCode>> = { '+15005550001': 21212, '+15005550007': 21210 };

const MAX_INLINE_TWIML = 4000;
const FOUR_HOURS = 14_400;

/**
 * Reads the form of a create request. Unknown parameters are ignored, as Twilio does.
 * @throws ApiError as Twilio answers
 */
export function readCallOrder(form: FormParams): CallOrder {
  const to = text(form, 'To');
  const from = text(form, 'From');
  if (to === '') throw new ApiError(21201);
  if (from === '') throw new ApiError(21213);
  if (!isE164(to)) throw new ApiError(21211, to);
  if (!isE164(from)) throw new ApiError(21212, from);
  const refused = MAGIC_FROM[from] ?? MAGIC_TO[to];
  if (refused) throw new ApiError(refused);
  return {
    to,
    from,
    voice: voiceOf(form),
    fallback: endpoint(form, 'FallbackUrl', 'FallbackMethod', 21205),
    statusCallback: statusCallbackOf(form),
    ringSeconds: seconds(form, 'Timeout', 60, 1, 600),
    timeLimitSeconds: seconds(form, 'TimeLimit', FOUR_HOURS, 1, FOUR_HOURS * 6),
    machineDetection: machineDetectionOf(form),
  };
}

function voiceOf(form: FormParams): CallOrder['voice'] {
  const url = endpoint(form, 'Url', 'Method', 21205);
  if (url) return url;
  const twiml = text(form, 'Twiml');
  if (twiml.length > MAX_INLINE_TWIML) throw new ApiError(32018);
  if (twiml !== '') return { twiml };
  if (text(form, 'ApplicationSid') !== '') throw new ApiError(21218, 'this carrier hosts no applications');
  throw new ApiError(21205, 'one of Url, Twiml or ApplicationSid is required');
}

function statusCallbackOf(form: FormParams): CallOrder['statusCallback'] {
  const callback = endpoint(form, 'StatusCallback', 'StatusCallbackMethod', 21609);
  if (!callback) return null;
  const given = form['StatusCallbackEvent'] ?? [];
  const names = typeof given === 'string' ? [given] : given;
  const events = CALLBACK_EVENTS.filter((event) => names.includes(event));
  return { ...callback, events: names.length === 0 ? ['completed'] : events };
}

function machineDetectionOf(form: FormParams): MachineDetection | null {
  const mode = text(form, 'MachineDetection');
  if (mode !== 'Enable' && mode !== 'DetectMessageEnd') return null;
  return {
    mode,
    asynchronous: text(form, 'AsyncAmd') === 'true',
    callback: endpoint(form, 'AsyncAmdStatusCallback', 'AsyncAmdStatusCallbackMethod', 21205),
    timeoutSeconds: seconds(form, 'MachineDetectionTimeout', 30, 3, 59),
  };
}

function endpoint(form: FormParams, name: string, methodName: string, code: ApiErrorCode): Endpoint | null {
  const url = text(form, name);
  if (url === '') return null;
  if (!isWebUrl(url)) throw new ApiError(code, url);
  return { url, method: text(form, methodName).toUpperCase() === 'GET' ? 'GET' : 'POST' };
}

function isWebUrl(url: string): boolean {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const web = parsed?.protocol === 'http:' || parsed?.protocol === 'https:';
  return web && !parsed.hostname.includes('_');
}

function seconds(form: FormParams, name: string, otherwise: number, min: number, max: number): number {
  const given = text(form, name);
  const value = Number(given);
  return given === '' || !Number.isInteger(value) ? otherwise : Math.min(max, Math.max(min, value));
}

function isE164(number: string): boolean {
  return /^\+[1-9]\d{6,14}$/.test(number);
}

/** A parameter given several times where one is expected counts once, the last. */
function text(form: FormParams, name: string): string {
  const value = form[name] ?? '';
  return typeof value === 'string' ? value : (value.at(-1) ?? '');
}
