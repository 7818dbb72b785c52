import { connect } from 'node:net';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { ACCOUNT_SID, AUTH_TOKEN, CALLER_ID, type Installation } from '../support/installation.js';

export interface Reply {
  status: number;
  text: string;
}

/** What Twilio would send for one of our calls. */
export function form(more: Record<string, string>): Record<string, string> {
  return { AccountSid: ACCOUNT_SID, From: CALLER_ID, Direction: 'outbound-api', ...more };
}

/** The signature over a body as it is read from the wire: a repeated key is a list. */
export function signatureOf(url: string, body: string, token = AUTH_TOKEN): string {
  const read = new URLSearchParams(body);
  const parameters = Object.fromEntries(
    [...new Set(read.keys())].map((key) => {
      const values = read.getAll(key);
      return [key, values.length === 1 ? values[0]! : values];
    }),
  );
  return getExpectedTwilioSignature(token, url, parameters as Record<string, string>);
}

/** Sends a form, signed, to a path below the calls' addresses; a 503 (the database was busy) is sent again, as Twilio does. */
export async function send(
  on: Installation,
  path: string,
  parameters: Record<string, string>,
): Promise<Reply> {
  const url = `${on.url}/webhooks/twilio/calls/${path}`;
  const body = new URLSearchParams(form(parameters)).toString();
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-twilio-signature': signatureOf(url, body),
  };
  for (;;) {
    const response = await fetch(url, { method: 'POST', headers, body });
    const text = await response.text();
    if (response.status !== 503) return { status: response.status, text };
  }
}

/** Every row of every table, apart from what readers of the log write when they come to it. */
export async function checksums(on: Installation): Promise<Record<string, string>> {
  const tables = await on.database.api.rows<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'
        AND tablename NOT IN ('event_sequence', 'subscriber_cursors', 'outcome_totals') ORDER BY 1`,
  );
  const sums: Record<string, string> = {};
  for (const { name } of tables) {
    const row = await on.database.api.row<{ sum: string }>(
      `SELECT count(*) || ' ' || md5(coalesce(string_agg(r, E'\\n' ORDER BY r), '')) AS sum
         FROM (SELECT (to_jsonb(t) - 'position')::text AS r FROM "${name}" t) rows`,
    );
    sums[name] = row!.sum;
  }
  return sums;
}

/** Bytes as they are, and what comes back until the other side has closed or said enough. */
export function raw(on: Installation, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(on.url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.setTimeout(5_000, () => socket.destroy());
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
    socket.end(bytes);
  });
}
