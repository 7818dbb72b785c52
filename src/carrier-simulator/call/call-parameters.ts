import type { Call } from '../ledger/call.js';
import type { CallStatus } from '../ledger/entry.js';

/** Form parameters of a webhook, by Twilio's names. */
export type WebhookParams = Record<string, string>;

const API_VERSION = '2010-04-01';

/** Countries by calling code, for the geographic parameters; the longest prefix counts. */
const COUNTRIES: readonly (readonly [string, string])[] = [
  ['+1', 'US'],
  ['+33', 'FR'],
  ['+34', 'ES'],
  ['+39', 'IT'],
  ['+41', 'CH'],
  ['+44', 'GB'],
  ['+49', 'DE'],
];

/** What every webhook of a call carries. */
export function callParameters(accountSid: string, call: Call, status: CallStatus): WebhookParams {
  const { to, from } = call.order;
  return {
    AccountSid: accountSid,
    ApiVersion: API_VERSION,
    CallSid: call.sid,
    CallStatus: status,
    Called: to,
    CalledCity: '',
    CalledCountry: countryOf(to),
    CalledState: '',
    CalledZip: '',
    Caller: from,
    CallerCity: '',
    CallerCountry: countryOf(from),
    CallerState: '',
    CallerZip: '',
    Direction: 'outbound-api',
    From: from,
    FromCity: '',
    FromCountry: countryOf(from),
    FromState: '',
    FromZip: '',
    To: to,
    ToCity: '',
    ToCountry: countryOf(to),
    ToState: '',
    ToZip: '',
    ...(call.answeredBy === null ? {} : { AnsweredBy: call.answeredBy }),
  };
}

/** What a status callback adds. `atMs` is the wall-clock instant of the event. */
export function eventParameters(call: Call, sequenceNumber: number, atMs: number): WebhookParams {
  const ended = call.endedAt !== null;
  const seconds = durationSeconds(call) ?? 0;
  return {
    CallbackSource: 'call-progress-events',
    SequenceNumber: String(sequenceNumber),
    Timestamp: rfc2822(atMs),
    ...(ended ? { CallDuration: String(seconds), Duration: String(Math.ceil(seconds / 60)) } : {}),
    ...(ended && call.sipResponseCode !== null ? { SipResponseCode: String(call.sipResponseCode) } : {}),
  };
}

/** Whole seconds between answer and end; null while it goes on and when nobody answered. */
export function durationSeconds(call: Call): number | null {
  if (call.answeredAt === null || call.endedAt === null) return null;
  return Math.round((call.endedAt - call.answeredAt) / 1000);
}

/** Date and time as RFC 2822 writes them, in UTC: "Thu, 01 Jan 2026 09:30:00 +0000". */
export function rfc2822(ms: number): string {
  return new Date(ms).toUTCString().replace('GMT', '+0000');
}

function countryOf(number: string): string {
  return COUNTRIES.findLast(([prefix]) => number.startsWith(prefix))?.[1] ?? '';
}
