import type { PlaceResult } from '../../telephony-port.js';

/**
 * What a failed create request means. Twilio's create has no idempotency key, so only two kinds of failure are safe:
 * a parsed 4xx (refused) and a connection that was never made. Everything else may have placed the call.
 * Source: Twilio's error dictionary, https://www.twilio.com/docs/api/errors.
 */
const CAUSE_BY_CODE: Record<number, 'number' | 'policy' | 'unreachable' | 'configuration' | 'caller_id'> = {
  20003: 'configuration', // authentication
  20005: 'configuration', // account not active
  20006: 'configuration', // access denied
  20008: 'configuration', // test credentials
  20403: 'configuration', // forbidden
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

/** No byte was sent: the name did not resolve, nobody listened, or the TLS peer was not who it should be. */
const NEVER_CONNECTED =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CERT_.*|ERR_TLS_.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*)$/;

/** Classifies what the SDK threw. The error itself is never passed on: it carries the credentials. */
export function classifyCreateFailure(error: unknown): Exclude<PlaceResult, { kind: 'accepted' }> {
  const { status, code } = (error ?? {}) as { status?: unknown; code?: unknown };
  if (typeof code === 'string' && NEVER_CONNECTED.test(code)) return { kind: 'not_sent', reason: code };
  if (typeof status !== 'number' || status < 400 || status >= 500)
    return { kind: 'unknown', reason: describeFailure(error) };
  if (typeof code === 'number') {
    if (THROTTLED.has(code)) return { kind: 'throttled', reason: String(code) };
    const cause = CAUSE_BY_CODE[code];
    if (cause !== undefined) return { kind: 'rejected', cause, code: String(code) };
  }
  if (status === 429) return { kind: 'throttled', reason: '429' };
  if (status === 401 || status === 403)
    return { kind: 'rejected', cause: 'configuration', code: codeOf(code, status) };
  // 408 and 409 do not say that nothing was placed.
  if (status === 408 || status === 409) return { kind: 'unknown', reason: String(status) };
  // Not Twilio's error format: something else answers in its place, and would do so for everybody.
  if (typeof code !== 'number') return { kind: 'rejected', cause: 'configuration', code: String(status) };
  // A refusal of a kind we do not know: this call failed, the next number may not.
  return { kind: 'rejected', cause: 'unreachable', code: codeOf(code, status) };
}

/** A name for logs and events without anything of the request. */
export function describeFailure(error: unknown): string {
  const { status, code, name } = (error ?? {}) as { status?: unknown; code?: unknown; name?: unknown };
  return (
    [status, code ?? name].filter((part) => typeof part === 'string' || typeof part === 'number').join(' ') ||
    'unknown failure'
  );
}

function codeOf(code: unknown, status: number): string {
  return typeof code === 'number' || typeof code === 'string' ? String(code) : String(status);
}

export function httpStatusOf(error: unknown): number | undefined {
  const { status } = (error ?? {}) as { status?: unknown };
  return typeof status === 'number' ? status : undefined;
}
