import pg from 'pg';
import { CommandBus } from '@nestjs/cqrs';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCampaign, OPEN_POLICY, phone } from './support/campaigns.js';
import {
  ACCOUNT_SID,
  AUTH_TOKEN,
  CALLER_ID,
  type Installation,
  startInstallation,
} from './support/installation.js';
import { waitFor } from './support/wait-for.js';
import { databaseIsUnavailable } from '../src/shared/http/database-unavailable.js';
import { sqlState } from '../src/shared/db/database.js';

let next = 0;
const log = (...w: unknown[]) =>
  process.stderr.write(w.map((x) => (typeof x === 'string' ? x : JSON.stringify(x))).join(' ') + '\n');

async function send(on: Installation, path: string, parameters: Record<string, string>) {
  const url = path.startsWith('http') ? path : `${on.url}/webhooks/twilio/calls/${path}`;
  const body = { AccountSid: ACCOUNT_SID, From: CALLER_ID, Direction: 'outbound-api', ...parameters };
  const signed = getExpectedTwilioSignature(AUTH_TOKEN, url, body);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'x-twilio-signature': signed },
    body: new URLSearchParams(body),
  });
  return { status: response.status, text: await response.text() };
}

describe('a', () => {
  let on: Installation;
  beforeAll(async () => {
    on = await startInstallation({ environment: { SILENT_CALL_MS: '600000', SETTLE_DELAY_MS: '300' } });
    on.carrier.setPeople({ mix: { noAnswer: 1 } as never });
    on.carrier.setFaults([{ fault: 'drop' }]);
  });
  afterAll(() => on.stop());
  const rows = (sql: string, p: unknown[] = []) => on.database.api.rows<any>(sql, p);
  const call = async (number: string, change: any = {}) => {
    await makeCampaign(on, [number], { change });
    return waitFor('call', () =>
      on.database.api.row<any>(
        'SELECT * FROM call_attempts WHERE phone_number=$1 AND provider_call_id IS NOT NULL',
        [number],
      ),
    );
  };
  const turn = (a: any, n: number, digits = '') =>
    send(on, `${a.id}/turns/${n}`, {
      CallSid: a.provider_call_id,
      CallStatus: 'in-progress',
      ...(digits ? { Digits: digits } : {}),
    });
  const status = (a: any, s: string, more = {}) =>
    send(on, `${a.id}/status`, { CallSid: a.provider_call_id, CallStatus: s, ...more });

  for (const [end, more] of [
    ['no-answer', {}],
    ['busy', {}],
    ['completed', { AnsweredBy: 'machine_start' }],
  ] as const) {
    it(`T3 opt-out after ${end}`, async () => {
      const number = phone(next++);
      const a = await call(number);
      await turn(a, 0);
      log('T3', end, (await status(a, end, more)).status);
      const r = await turn(a, 1, '9');
      log('T3 opt-out turn ->', r.status, r.text.slice(0, 200));
      log(
        'T3 rows',
        await rows('SELECT state, disposition, next_attempt_at FROM contacts WHERE phone_number=$1', [
          number,
        ]),
        await rows('SELECT outcome FROM call_attempts WHERE phone_number=$1', [number]),
        'suppressed',
        await rows('SELECT 1 FROM suppressions WHERE phone_number=$1', [number]),
      );
    });
  }

  it('T4 late completion while a newer attempt was offered', async () => {
    const number = phone(next++);
    const a = await call(number, { policy: { ...OPEN_POLICY, maxAttempts: 5 } });
    await turn(a, 0);
    await turn(a, 1, '1');
    await turn(a, 2, '4');
    await turn(a, 3, '1');
    await status(a, 'completed');
    const b = await waitFor('second', () =>
      on.database.api.row<any>(
        'SELECT * FROM call_attempts WHERE phone_number=$1 AND attempt_number=2 AND provider_call_id IS NOT NULL',
        [number],
      ),
    );
    const r = await turn(a, 4, '7');
    log('T4 last answer late ->', r.status, r.text.slice(0, 250));
    log(
      'T4',
      await rows('SELECT status FROM interviews WHERE contact_id=$1', [a.contact_id]),
      await rows('SELECT state, disposition FROM contacts WHERE id=$1', [a.contact_id]),
    );
    await status(b, 'busy');
    log(
      'T4 after busy of 2',
      await rows('SELECT state, disposition, next_attempt_at IS NOT NULL AS due FROM contacts WHERE id=$1', [
        a.contact_id,
      ]),
    );
    const c = await waitFor('third', () =>
      on.database.api.row<any>(
        'SELECT * FROM call_attempts WHERE phone_number=$1 AND attempt_number=3 AND provider_call_id IS NOT NULL',
        [number],
      ),
    );
    log(
      'T4 third attempt placed',
      c.status,
      (on.carrier.calls() as any[]).filter((x) => x.to === number).length,
      'calls at the carrier',
    );
  });

  it('T2 lowered limit is not seen by the dial', async () => {
    const client = new pg.Client({ connectionString: on.database.url });
    await client.connect();
    await client.query('SELECT pg_advisory_lock(8880, 2)');
    const numbers = Array.from({ length: 10 }, () => phone(next++));
    await makeCampaign(on, numbers);
    await waitFor(
      'claims',
      async () =>
        (
          await rows(`SELECT 1 FROM call_attempts WHERE phone_number = ANY($1) AND status='claimed'`, [
            numbers,
          ])
        ).length === 10,
    );
    await client.query('UPDATE settings SET max_concurrent_calls = 0, version = version + 1');
    const t0 = (await client.query('SELECT clock_timestamp() AS t')).rows[0].t;
    await client.query('SELECT pg_advisory_unlock(8880, 2)');
    await new Promise((r) => setTimeout(r, 3000));
    log(
      'T2',
      await rows(
        `SELECT status, outcome, count(*)::int FROM call_attempts WHERE phone_number = ANY($1) GROUP BY 1,2`,
        [numbers],
      ),
      'settings',
      await rows('SELECT max_concurrent_calls FROM settings'),
      t0,
    );
    log('T2 at carrier', (on.carrier.calls() as any[]).filter((x) => numbers.includes(x.to)).length);
    await client.query('UPDATE settings SET max_concurrent_calls = 50, version = version + 1');
    await client.end();
  });

  it('T7 a gate held for 2.2 s makes every dial miss its own commit', async () => {
    const client = new pg.Client({ connectionString: on.database.url });
    await client.connect();
    await client.query('SELECT pg_advisory_lock(8880, 2)');
    const numbers = Array.from({ length: 6 }, () => phone(next++));
    await makeCampaign(on, numbers);
    await waitFor(
      'claims',
      async () =>
        (
          await rows(`SELECT 1 FROM call_attempts WHERE phone_number = ANY($1) AND status='claimed'`, [
            numbers,
          ])
        ).length === 6,
    );
    await new Promise((r) => setTimeout(r, 2150));
    await client.query('SELECT pg_advisory_unlock(8880, 2)');
    await new Promise((r) => setTimeout(r, 300));
    log(
      'T7',
      await rows(
        `SELECT status, offers, not_before IS NOT NULL AS nb, count(*)::int FROM call_attempts WHERE phone_number = ANY($1) GROUP BY 1,2,3`,
        [numbers],
      ),
    );
    log(
      'T7 events',
      await rows(
        `SELECT type, payload->>'reason' AS reason, count(*)::int FROM domain_events WHERE attempt_id IN (SELECT id FROM call_attempts WHERE phone_number = ANY($1)) AND entity_kind='call' GROUP BY 1,2`,
        [numbers],
      ),
    );
    await client.end();
  });

  it('T8 opt-out while the gate is held', async () => {
    const number = phone(next++);
    const a = await call(number);
    await turn(a, 0);
    const client = new pg.Client({ connectionString: on.database.url });
    await client.connect();
    await client.query('SELECT pg_advisory_lock(8880, 2)');
    let path = `${a.id}/turns/1`;
    const began = performance.now();
    let r = await send(on, path, { CallSid: a.provider_call_id, CallStatus: 'in-progress', Digits: '9' });
    for (let n = 0; n < 8 && r.text.includes('<Redirect'); n++) {
      const url = /<Redirect[^>]*>([^<]*)</.exec(r.text)![1]!.replaceAll('&amp;', '&').split('#')[0]!;
      r = await send(on, url, { CallSid: a.provider_call_id, CallStatus: 'in-progress' });
    }
    log(
      'T8 after',
      Math.round(performance.now() - began),
      'ms (pauses not waited for):',
      r.status,
      r.text.slice(0, 300),
    );
    await client.query('SELECT pg_advisory_unlock(8880, 2)');
    await client.end();
    await status(a, 'completed');
    await new Promise((r) => setTimeout(r, 1500));
    log(
      'T8',
      await rows('SELECT state, disposition, next_attempt_at FROM contacts WHERE id=$1', [a.contact_id]),
      'suppressions',
      (await rows('SELECT 1 FROM suppressions WHERE phone_number=$1', [number])).length,
      await rows(`SELECT attempt_number, outcome, status FROM call_attempts WHERE contact_id=$1`, [
        a.contact_id,
      ]),
    );
  }, 60000);

  it('T6 what a cut connection looks like in mid-transaction', async () => {
    const kill = new pg.Client({ connectionString: on.database.url });
    await kill.connect();
    for (const pause of [0, 50]) {
      const error = await on.database.webhooks
        .transaction(async (tx) => {
          const me = await tx.row<{ pid: number }>('SELECT pg_backend_pid() AS pid');
          await kill.query('SELECT pg_terminate_backend($1)', [me!.pid]);
          await new Promise((r) => setTimeout(r, pause));
          await tx.rows('SELECT 1');
        })
        .then(
          () => null,
          (e: unknown) => e,
        );
      log(
        'T6',
        pause,
        (error as Error)?.constructor?.name,
        (error as Error)?.message,
        sqlState(error) ?? 'no sqlstate',
        'unavailable?',
        databaseIsUnavailable(error),
      );
    }
    await kill.end();
  });
});

describe('b', () => {
  it('T5 suppress while the create is under way', async () => {
    const on = await startInstallation({ people: { mix: { completes: 1 } as never }, speed: 20 });
    const number = phone(900);
    on.carrier.setFaults([{ fault: 'slow', ms: 1500, to: number } as never]);
    await makeCampaign(on, [number]);
    await waitFor('dialing', () =>
      on.database.api.row(`SELECT 1 FROM call_attempts WHERE status='dialing' AND phone_number=$1`, [number]),
    );
    const s = await on.api('POST', '/suppressions', { phoneNumber: number, reason: 'asked' });
    const at = await on.clock.now();
    log('T5 suppress', s.status);
    await waitFor(
      'end',
      () =>
        on.database.api.row(`SELECT 1 FROM call_attempts WHERE outcome IS NOT NULL AND phone_number=$1`, [
          number,
        ]),
      60000,
    );
    log(
      'T5',
      await on.database.api.rows('SELECT state, disposition FROM contacts WHERE phone_number=$1', [number]),
      await on.database.api.rows(
        'SELECT outcome, dialing_at, answered_at, ended_at FROM call_attempts WHERE phone_number=$1',
        [number],
      ),
      'suppressed at',
      at.toISOString(),
    );
    log('T5 answers', await on.database.api.rows('SELECT count(*)::int FROM answers'));
    await on.stop();
  }, 90000);
});
