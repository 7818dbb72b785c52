import type { PlaceResult } from '../../telephony-port.js';

/**
 * What a failed create request means. Twilio's create has no idempotency key, so only two kinds of failure are safe:
 * a refusal in Twilio's own words (a 4xx with its error code) and a connection that was never made. Everything else may
 * have placed the call. Source: Twilio's error dictionary, https://www.twilio.com/docs/api/errors.
 */
const CAUSE_BY_CODE: Record<number, 'number' | 'policy' | 'unreachable' | 'configuration' | 'caller_id'> = {
  20003: 'configuration', // authentication
  20005: 'configuration', // account not active
  20006: 'configuration', // access denied
  20008: 'configuration', // test credentials
  20403: 'configuration', // forbidden
  20404: 'configuration', // no such account
  10001: 'configuration', // account is not active
  10002: 'configuration', // trial account
  21205: 'configuration', // our URL
  21207: 'configuration',
  21208: 'configuration',
  21209: 'configuration',
  21210: 'caller_id', // caller id not verified
  21212: 'caller_id', // invalid caller id
  21213: 'caller_id', // no caller id
  21218: 'configuration',
  21219: 'configuration', // trial: number not verified
  21234: 'configuration',
  21263: 'configuration',
  32018: 'configuration',
  21201: 'number', // no To
  21211: 'number', // invalid To
  21217: 'number', // not a valid number
  21202: 'number', // premium
  13223: 'number',
  13226: 'number',
  21215: 'policy', // geographic permissions
  13227: 'policy',
  21203: 'policy',
  21216: 'policy', // blocked
  13225: 'policy',
  21214: 'unreachable',
  13224: 'unreachable',
};

/** Refused unprocessed: safe to send again. 10004 is the account's concurrency limit. */
const THROTTLED = new Set([20429, 10004]);

/** Twilio's codes have five digits; a smaller number is somebody else's. */
const LOWEST_CODE = 10_000;

/** Turned away before anything was read, by whoever answers in Twilio's place: so would everybody else be. */
const AT_THE_DOOR = new Set([401, 403, 404, 405, 407]);

/** System calls that come before the first byte, and how they fail. */
const CONNECTING = new Set(['connect', 'getaddrinfo']);
const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** The TLS peer is not who it should be: the handshake is broken off and the request stays here. */
const NOT_THE_PEER =
  /^(CERT_.*|ERR_TLS_CERT_ALTNAME_INVALID|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*)$/;

interface Failure {
  /** Of an answer. */
  status?: unknown;
  code?: unknown;
  /** Of the operating system; several when a name has several addresses. */
  syscall?: unknown;
  errors?: unknown;
  cause?: unknown;
  isAxiosError?: unknown;
  response?: unknown;
}

/** Classifies what the SDK threw. The error itself is never passed on: it carries the credentials. */
export function classifyCreateFailure(error: unknown): Exclude<PlaceResult, { kind: 'accepted' }> {
  const failure = failureOf(error);
  if (failure.isAxiosError === true) {
    const reason = describeFailure(error);
    return neverLeft(failure) ? { kind: 'not_sent', reason } : { kind: 'unknown', reason };
  }
  const { status, code } = failure;
  // No answer, or none that was read to its end: the client says why only in the errors above.
  if (typeof status !== 'number' || status < 400 || status >= 500)
    return { kind: 'unknown', reason: describeFailure(error) };
  if (isTwilioCode(code)) {
    if (THROTTLED.has(code)) return { kind: 'throttled', reason: String(code) };
    const cause = CAUSE_BY_CODE[code];
    if (cause !== undefined) return { kind: 'rejected', cause, code: String(code) };
  }
  if (status === 429) return { kind: 'throttled', reason: '429' };
  if (AT_THE_DOOR.has(status))
    return { kind: 'rejected', cause: 'configuration', code: String(isTwilioCode(code) ? code : status) };
  // 408 and 409 do not say that nothing was placed; a gateway's own 4xx does not either.
  if (status === 408 || status === 409 || !isTwilioCode(code))
    return { kind: 'unknown', reason: describeFailure(error) };
  // A refusal of a kind we do not know: this call failed, the next number may not.
  return { kind: 'rejected', cause: 'unreachable', code: String(code) };
}

/**
 * No byte was sent. The code alone does not say so: an address can become unreachable under an open connection, and a
 * gateway may report its own refused connection as the code of its answer.
 */
function neverLeft({ response, cause }: Failure): boolean {
  if (response !== undefined && response !== null) return false;
  const { errors } = failureOf(cause);
  const reasons: unknown[] = Array.isArray(errors) && errors.length > 0 ? errors : [cause];
  return reasons.every((reason) => {
    const { code, syscall } = failureOf(reason);
    if (typeof code !== 'string') return false;
    if (syscall === undefined) return NOT_THE_PEER.test(code);
    return typeof syscall === 'string' && CONNECTING.has(syscall) && NEVER_CONNECTED.has(code);
  });
}

/** A name for logs and events without anything of the request. */
export function describeFailure(error: unknown): string {
  const { status, code, name } = failureOf(error) as Failure & { name?: unknown };
  return (
    [status, code ?? name].filter((part) => typeof part === 'string' || typeof part === 'number').join(' ') ||
    'unknown failure'
  );
}

export function codeOf(error: unknown): number | undefined {
  const { code } = failureOf(error);
  return isTwilioCode(code) ? code : undefined;
}

function isTwilioCode(code: unknown): code is number {
  return typeof code === 'number' && code >= LOWEST_CODE;
}

function failureOf(error: unknown): Failure {
  return typeof error === 'object' && error !== null ? error : {};
}
