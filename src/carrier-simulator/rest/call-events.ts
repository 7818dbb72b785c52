import type { LedgerEntry } from '../ledger/entry.js';
import type { Ledger } from '../ledger/ledger.js';

/**
 * The Events resource of a call: every request the carrier made to the customer about it, with the status it
 * got. Read from the ledger's file; rare enough not to be kept in memory.
 */
export async function callEvents(ledger: Ledger, accountSid: string, sid: string) {
  const requests = new Map<number, { request: object; response: object | null }>();
  for await (const line of ledger.since(0)) {
    if (!line.includes(sid)) continue;
    const entry = JSON.parse(line) as LedgerEntry;
    if (entry.type === 'webhook.sent' && entry.sid === sid) {
      const { method, url, params: parameters } = entry;
      requests.set(entry.seq, { request: { method, url, parameters }, response: null });
    }
    const asked = entry.type === 'webhook.answered' ? requests.get(entry.webhook) : undefined;
    if (entry.type === 'webhook.answered' && asked)
      asked.response = {
        response_code: entry.httpStatus,
        request_duration: entry.ms,
        date_created: new Date(entry.at).toUTCString(),
      };
  }
  const uri = `/2010-04-01/Accounts/${accountSid}/Calls/${sid}/Events.json?PageSize=1000&Page=0`;
  const events = [...requests.values()];
  const paging = { page: 0, page_size: 1000, start: 0, end: Math.max(0, events.length - 1) };
  return { ...paging, first_page_uri: uri, uri, next_page_uri: null, previous_page_uri: null, events };
}
