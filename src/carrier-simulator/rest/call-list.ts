import type { Call } from '../ledger/call.js';
import { ApiError } from './api-error.js';
import { callResource } from './call-resource.js';

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1000;

/**
 * One page of the Calls list in Twilio's envelope, newest call first. Times are compared by UTC day, as the
 * reference says, and a call that was not dialled yet has none. A page token names the last call of the page
 * before, so that calls created meanwhile shift nothing.
 *
 * @param calls oldest first
 */
export function callPage(accountSid: string, calls: readonly Call[], query: URLSearchParams) {
  const fits = filterOf(query);
  const found = calls.filter(fits).reverse();
  const size = Math.min(integer(query, 'PageSize', DEFAULT_PAGE_SIZE, 1), MAX_PAGE_SIZE);
  const page = integer(query, 'Page', 0, 0);
  const token = query.get('PageToken');
  const after = token === null ? -1 : found.findIndex((call) => `PA${call.sid}` === token);
  if (token !== null && after < 0) throw new ApiError(20001, 'PageToken');
  const start = token === null ? page * size : after + 1;
  const shown = found.slice(start, start + size);
  const last = shown.at(-1);

  const uri = (number: number, pageToken: string | null) => {
    const kept = new URLSearchParams(
      [...query].filter(([name]) => !['Page', 'PageSize', 'PageToken'].includes(name)),
    );
    kept.set('PageSize', String(size));
    kept.set('Page', String(number));
    if (pageToken !== null) kept.set('PageToken', pageToken);
    return `/2010-04-01/Accounts/${accountSid}/Calls.json?${kept.toString()}`;
  };
  return {
    first_page_uri: uri(0, null),
    end: start + Math.max(0, shown.length - 1),
    calls: shown.map((call) => callResource(accountSid, call)),
    previous_page_uri: page > 0 ? uri(page - 1, null) : null,
    uri: uri(page, token),
    page_size: size,
    start,
    next_page_uri: last && start + size < found.length ? uri(page + 1, `PA${last.sid}`) : null,
    page,
  };
}

function filterOf(query: URLSearchParams): (call: Call) => boolean {
  const to = query.get('To');
  const from = query.get('From');
  const status = query.get('Status');
  const startTime = dayFilter(query, 'StartTime');
  const endTime = dayFilter(query, 'EndTime');
  return (call) =>
    (to === null || call.order.to === to) &&
    (from === null || call.order.from === from) &&
    (status === null || call.status === status || (status === 'queued' && call.status === 'initiated')) &&
    startTime(call.startedAt) &&
    endTime(call.endedAt);
}

/** `Name=`, `Name>=` (on or after) and `Name<=` (on or before); the operator is part of the parameter's name. */
function dayFilter(query: URLSearchParams, name: string): (ms: number | null) => boolean {
  const [on, from, until] = ['', '>', '<'].map((operator) => dayOf(query.get(name + operator), name));
  if (on === null && from === null && until === null) return () => true;
  return (ms) => {
    if (ms === null) return false;
    const day = new Date(ms).toISOString().slice(0, 10);
    return (on == null || day === on) && (from == null || day >= from) && (until == null || day <= until);
  };
}

function dayOf(text: string | null, name: string): string | null {
  if (text === null) return null;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new ApiError(20001, `${name}=${text}`);
  return new Date(ms).toISOString().slice(0, 10);
}

function integer(query: URLSearchParams, name: string, otherwise: number, min: number): number {
  const text = query.get(name);
  if (text === null) return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < min) throw new ApiError(20001, `${name}=${text}`);
  return value;
}
