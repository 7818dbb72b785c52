import { durationSeconds, rfc2822 } from '../call/call-parameters.js';
import type { Call } from '../ledger/call.js';

const SUBRESOURCES = [
  'notifications',
  'recordings',
  'payments',
  'events',
  'siprec',
  'streams',
  'transcriptions',
  'user_defined_message_subscriptions',
  'user_defined_messages',
];

/** The Call resource of the REST API, field for field. */
export function callResource(accountSid: string, call: Call) {
  const path = `/2010-04-01/Accounts/${accountSid}/Calls/${call.sid}`;
  const { to, from } = call.order;
  const duration = durationSeconds(call);
  return {
    sid: call.sid,
    date_created: rfc2822(call.createdAt),
    date_updated: rfc2822(call.updatedAt),
    parent_call_sid: null,
    account_sid: accountSid,
    to,
    to_formatted: to,
    from,
    from_formatted: from,
    phone_number_sid: null,
    // The REST enumeration has no "initiated": such a call is still queued there.
    status: call.status === 'initiated' ? 'queued' : call.status,
    start_time: instant(call.startedAt),
    end_time: instant(call.endedAt),
    duration: duration === null ? null : String(duration),
    price: null,
    price_unit: 'USD',
    direction: 'outbound-api',
    answered_by: call.answeredBy,
    annotation: null,
    api_version: '2010-04-01',
    forwarded_from: null,
    group_sid: null,
    caller_name: null,
    queue_time: String(call.queueTimeMs),
    trunk_sid: null,
    uri: `${path}.json`,
    subresource_uris: Object.fromEntries(
      SUBRESOURCES.map((name) => [name, `${path}/${pascalCase(name)}.json`]),
    ),
  };
}

function instant(ms: number | null): string | null {
  return ms === null ? null : rfc2822(ms);
}

function pascalCase(name: string): string {
  return name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
