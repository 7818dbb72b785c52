import { QUICK_INVARIANTS_SQL } from '../../src/operations/invariants/quick-invariants.queries.js';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCampaign, OPEN_POLICY, phone, SURVEY } from '../support/campaigns.js';
import {
  ACCOUNT_SID,
  AUTH_TOKEN,
  CALLER_ID,
  type Installation,
  startInstallation,
} from '../support/installation.js';
import { waitFor } from '../support/wait-for.js';

interface Attempt {
  id: string;
  provider_call_id: string;
  status: string;
  outcome: string | null;
  corrected_from: string | null;
}

const ONE_REQUIRED = {
  ...SURVEY,
  questions: SURVEY.questions.map((question, index) => ({ ...question, required: index === 0 })),
};

/** People who stay on the line, so that the test itself can speak for the carrier. */
describe('facts of the carrier', () => {
  let on: Installation;
  let next = 0;

  beforeAll(async () => {
    // The carrier's own callbacks are dropped: every fact below is sent by the test, signed as Twilio signs.
    on = await startInstallation({ environment: { SILENT_CALL_MS: '600000', SETTLE_DELAY_MS: '60000' } });
    on.carrier.setPeople({ mix: { noAnswer: 1 } as never });
    on.carrier.setFaults([{ fault: 'drop' }]);
  });
  afterAll(() => on.stop());

  async function callSomebody(
    change: Record<string, unknown> = {},
  ): Promise<Attempt & { contactId: string }> {
    const number = phone(next++);
    await makeCampaign(on, [number], { change });
    return waitFor('the call', () =>
      on.database.api.row<Attempt & { contactId: string }>(
        `SELECT *, contact_id AS "contactId" FROM call_attempts WHERE phone_number = $1 AND provider_call_id IS NOT NULL`,
        [number],
      ),
    );
  }

  async function send(
    path: string,
    parameters: Record<string, string>,
    options: { token?: string; unsigned?: boolean } = {},
  ) {
    const url = `${on.url}/webhooks/twilio/calls/${path}`;
    const body = { AccountSid: ACCOUNT_SID, From: CALLER_ID, Direction: 'outbound-api', ...parameters };
    const signed = getExpectedTwilioSignature(options.token ?? AUTH_TOKEN, url, body);
    const response = await fetch(url, {
      method: 'POST',
      headers: options.unsigned ? {} : { 'x-twilio-signature': signed },
      body: new URLSearchParams(body),
    });
    return { status: response.status, text: await response.text() };
  }
  const status = (attempt: Attempt, callStatus: string, more: Record<string, string> = {}) =>
    send(`${attempt.id}/status`, { CallSid: attempt.provider_call_id, CallStatus: callStatus, ...more });
  const turn = (attempt: Attempt, number: number, digits = '') =>
    send(`${attempt.id}/turns/${number}`, {
      CallSid: attempt.provider_call_id,
      CallStatus: 'in-progress',
      ...(digits ? { Digits: digits } : {}),
    });
  const read = async (attempt: Attempt) =>
    (await on.database.api.row<Attempt>('SELECT * FROM call_attempts WHERE id = $1', [attempt.id]))!;
  const contactOf = async (attempt: Attempt & { contactId: string }) =>
    (await on.database.api.row<{ state: string; disposition: string }>(
      'SELECT state, disposition FROM contacts WHERE id = $1',
      [attempt.contactId],
    ))!;
  const snapshot = async ({ id }: Attempt) =>
    JSON.stringify(
      await on.database.api.rows(
        `SELECT a.status, a.outcome, a.version, c.state, c.disposition, c.version AS contact
           FROM call_attempts a JOIN contacts c ON c.id = a.contact_id WHERE a.id = $1`,
        [id],
      ),
    );

  it('refuses a missing, a wrong and a foreign signature, and changes nothing', async () => {
    const attempt = await callSomebody();
    const before = await snapshot(attempt);
    const parameters = { CallSid: attempt.provider_call_id, CallStatus: 'completed' };
    expect((await send(`${attempt.id}/status`, parameters, { unsigned: true })).status).toBe(403);
    expect((await send(`${attempt.id}/status`, parameters, { token: 'another token' })).status).toBe(403);
    expect((await send(`${attempt.id}/turns/0`, parameters, { unsigned: true })).status).toBe(403);
    expect(
      (await send(`${attempt.id}/status`, { ...parameters, AccountSid: `AC${'6'.repeat(32)}` })).status,
    ).toBe(400);
    expect(await snapshot(attempt)).toBe(before);
  });

  it('has one effect when ten copies of one callback arrive at once', async () => {
    const attempt = await callSomebody();
    const answers = await Promise.all(Array.from({ length: 10 }, () => status(attempt, 'busy')));
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 10 }, () => 204));
    const stored = await on.database.api.rows(`SELECT 1 FROM call_events WHERE attempt_id = $1`, [
      attempt.id,
    ]);
    const ended = await on.database.api.rows(
      `SELECT 1 FROM domain_events WHERE attempt_id = $1 AND type = 'call.ended.v1'`,
      [attempt.id],
    );
    expect([stored.length, ended.length]).toEqual([1, 1]);
  });

  it('is not moved back by callbacks in the wrong order', async () => {
    const attempt = await callSomebody();
    for (const one of ['no-answer', 'ringing', 'in-progress', 'initiated', 'completed'])
      await status(attempt, one);
    expect(await read(attempt)).toMatchObject({ status: 'ended', outcome: 'no_answer' });
  });

  it('keeps a refusal when the carrier says completed, and an interview that was finished', async () => {
    const refuser = await callSomebody();
    await turn(refuser, 0);
    await turn(refuser, 1, '2');
    await status(refuser, 'completed');
    expect(await read(refuser)).toMatchObject({ outcome: 'refused' });
    expect(await contactOf(refuser)).toEqual({ state: 'refused', disposition: 'refused' });

    const finisher = await callSomebody();
    for (const [number, keys] of [
      [0, ''],
      [1, '1'],
      [2, '4'],
      [3, '1'],
      [4, '7'],
    ] as const)
      await turn(finisher, number, keys);
    expect(await contactOf(finisher)).toEqual({ state: 'completed', disposition: 'completed' });
    await status(finisher, 'failed');
    expect(await read(finisher)).toMatchObject({ outcome: 'completed' });
  });

  it('answers a repeated turn with the same TwiML and stores nothing more', async () => {
    const attempt = await callSomebody();
    await turn(attempt, 0);
    await turn(attempt, 1, '1');
    const first = await turn(attempt, 2, '5');
    const before = await snapshot(attempt);
    const again = await Promise.all([turn(attempt, 2, '5'), turn(attempt, 2, '1'), turn(attempt, 2, '5')]);
    expect(again.map(({ text }) => text)).toEqual([first.text, first.text, first.text]);
    expect(await snapshot(attempt)).toBe(before);
    const answers = await on.database.api.rows<{ value: number }>(
      `SELECT value FROM answers WHERE attempt_id = $1`,
      [attempt.id],
    );
    expect(answers).toEqual([{ value: 5 }]);
  });

  it('does not let a turn be skipped', async () => {
    const attempt = await callSomebody();
    await turn(attempt, 0);
    const before = await snapshot(attempt);
    expect((await turn(attempt, 5, '1')).text).toContain('<Hangup/>');
    expect(await snapshot(attempt)).toBe(before);
  });

  it('applies the last key when it arrives after the end of the call: the settlement has waited for it', async () => {
    const attempt = await callSomebody();
    await interview(attempt, '', '1', '4', '1');
    await status(attempt, 'completed');
    expect(await read(attempt)).toMatchObject({ outcome: null });
    await turn(attempt, 4, '7');
    expect(await contactOf(attempt)).toEqual({ state: 'completed', disposition: 'completed' });
  });

  it('corrects an outcome once when a refusal arrives after the settlement, and gives the newer attempt back', async () => {
    const attempt = await callSomebody();
    await turn(attempt, 0);
    await status(attempt, 'completed');
    on.clock.advance(61_000);
    await waitFor('the settlement', async () => (await read(attempt)).outcome === 'hung_up');
    await turn(attempt, 1, '9');
    expect(await read(attempt)).toMatchObject({ outcome: 'refused', corrected_from: 'hung_up' });
    expect(await contactOf(attempt)).toEqual({ state: 'refused', disposition: 'opted_out' });
    const open = await on.database.api.rows(
      `SELECT 1 FROM call_attempts WHERE contact_id = $1 AND status = 'claimed'`,
      [attempt.contactId],
    );
    expect(open).toEqual([]);
  });

  it('never interviews a call that is not the bound one: a polite end, recorded once', async () => {
    const attempt = await callSomebody();
    const stranger = { ...attempt, provider_call_id: `CA${'7'.repeat(32)}` };
    const before = await read(attempt);
    const answer = await turn(stranger, 0);
    expect(answer.text).toContain('<Hangup/>');
    expect(answer.text).not.toContain('Acme');
    await turn(stranger, 0);
    const after = await read(attempt);
    expect(after).toMatchObject({
      status: before.status,
      outcome: null,
      provider_call_id: attempt.provider_call_id,
    });
    const late = await on.database.api.rows(
      `SELECT 1 FROM call_events WHERE attempt_id = $1 AND kind = 'late_call'`,
      [attempt.id],
    );
    expect(late).toHaveLength(1);
  });

  it('answers unknown attempts politely and stores nothing', async () => {
    const attempt = await callSomebody();
    const before = await snapshot(attempt);
    const nobody = {
      id: '01a00000-0000-7000-8000-000000000000',
      provider_call_id: `CA${'8'.repeat(32)}`,
    } as Attempt;
    expect((await status(nobody, 'completed')).status).toBe(404);
    const answer = await turn(nobody, 0);
    expect([answer.status, answer.text.includes('<Hangup/>')]).toEqual([200, true]);
    expect(await snapshot(attempt)).toBe(before);
    const stored = await on.database.api.rows(
      'SELECT FROM call_attempts WHERE id = $1 OR provider_call_id = $2',
      [nobody.id, nobody.provider_call_id],
    );
    expect(stored).toEqual([]);
  });

  it('does not free a contact by a late callback of an earlier attempt while a newer one is live', async () => {
    const attempt = await callSomebody();
    await status(attempt, 'busy');
    on.clock.advance(5_000);
    const second = await waitFor('the second attempt', () =>
      on.database.api.row<Attempt>(
        `SELECT * FROM call_attempts WHERE contact_id = $1 AND attempt_number = 2 AND provider_call_id IS NOT NULL`,
        [attempt.contactId],
      ),
    );
    await status(attempt, 'completed');
    await status(attempt, 'no-answer');
    expect(await read(second)).toMatchObject({ outcome: null });
    expect(await contactOf(attempt)).toMatchObject({ state: 'in_progress' });
  });

  it('takes an opt-out also after the call was judged a machine, and leaves that outcome as it is', async () => {
    const attempt = await callSomebody();
    await turn(attempt, 0);
    await status(attempt, 'completed', { AnsweredBy: 'machine_start' });
    expect(await read(attempt)).toMatchObject({ outcome: 'machine' });
    expect((await turn(attempt, 1, '9')).status).toBe(200);
    expect(await contactOf(attempt)).toEqual({ state: 'refused', disposition: 'opted_out' });
    expect(await read(attempt)).toMatchObject({ outcome: 'machine', corrected_from: null });
  });

  /** Turn by turn from the first, with what was keyed in each. */
  async function interview(attempt: Attempt, ...keyed: string[]): Promise<void> {
    for (const [number, keys] of keyed.entries()) await turn(attempt, number, keys);
  }

  /** The person hangs up; once that is settled they are called again. */
  async function newerCall(attempt: Attempt & { contactId: string }, outcome: string): Promise<Attempt> {
    await status(attempt, 'completed');
    on.clock.advance(61_000);
    await waitFor('the settlement', async () => (await read(attempt)).outcome === outcome);
    on.clock.advance(2_000);
    return waitFor('the second attempt', () =>
      on.database.api.row<Attempt>(
        `SELECT * FROM call_attempts WHERE contact_id = $1 AND attempt_number = 2 AND provider_call_id IS NOT NULL`,
        [attempt.contactId],
      ),
    );
  }

  it.each([
    ['and nothing else happens', async () => {}],
    [
      'and whose number is suppressed then',
      async (contactId: string) => {
        const contact = await on.api<{ phoneNumber: string }>('GET', `/contacts/${contactId}`);
        const { phoneNumber } = contact.body;
        expect((await on.api('POST', '/suppressions', { phoneNumber })).status).toBe(201);
      },
    ],
    [
      'and who is withdrawn then',
      async (contactId: string) => {
        const withdrawn = await on.api('POST', `/contacts/${contactId}/withdraw`);
        expect(withdrawn).toMatchObject({ status: 200, body: { state: 'completed' } });
      },
    ],
  ])(
    'settles as completed whoever finished an earlier call while a newer one was already ringing, %s',
    async (_, then) => {
      const attempt = await callSomebody();
      await interview(attempt, '', '1', '4', '1');
      const second = await newerCall(attempt, 'partial');
      await turn(attempt, 4, '7');
      expect(await contactOf(attempt)).toMatchObject({ state: 'in_progress' });
      await then(attempt.contactId);
      await status(second, 'no-answer');
      expect(await contactOf(attempt)).toEqual({ state: 'completed', disposition: 'completed' });
      expect((await read(second)).outcome).toMatch(/no_answer|failed/);
    },
  );

  it('settles as completed whoever gave the last required answer of an earlier call while a newer one was ringing', async () => {
    const attempt = await callSomebody({ survey: ONE_REQUIRED });
    await interview(attempt, '', '1');
    const second = await newerCall(attempt, 'hung_up');
    await turn(attempt, 2, '4');
    await status(second, 'no-answer');
    expect(await contactOf(attempt)).toEqual({ state: 'completed', disposition: 'completed' });
  });

  it('settles as completed whoever gave the last required answer of a call that was settled already', async () => {
    const attempt = await callSomebody({
      survey: ONE_REQUIRED,
      policy: { ...OPEN_POLICY, maxAttempts: 1 },
    });
    await turn(attempt, 0, '');
    await turn(attempt, 1, '1');
    await status(attempt, 'completed');
    on.clock.advance(61_000);
    await waitFor('the settlement', async () => (await read(attempt)).outcome === 'hung_up');
    await turn(attempt, 2, '4');
    expect(await contactOf(attempt)).toEqual({ state: 'completed', disposition: 'completed' });
    expect(await read(attempt)).toMatchObject({ outcome: 'completed', corrected_from: 'hung_up' });
    expect(await on.database.api.rows(QUICK_INVARIANTS_SQL)).toEqual([]);
  });

  it('breaks no invariant when somebody who has finished is withdrawn while the end of a newer call is held back', async () => {
    const attempt = await callSomebody();
    await interview(attempt, '', '1', '4', '1');
    const second = await newerCall(attempt, 'partial');
    await status(second, 'in-progress');
    await status(second, 'completed');
    await turn(attempt, 4, '7');
    expect(await on.api('POST', `/contacts/${attempt.contactId}/withdraw`)).toMatchObject({
      body: { state: 'completed' },
    });
    expect(await read(second)).toMatchObject({ outcome: null });
    expect(await on.database.api.rows(QUICK_INVARIANTS_SQL)).toEqual([]);
  });

  it('counts the answers of somebody who was put on the do-not-call list before they broke off', async () => {
    const attempt = await callSomebody({ survey: ONE_REQUIRED });
    await interview(attempt, '', '1', '4');
    const { phone_number: phoneNumber } = (await on.database.api.row<{ phone_number: string }>(
      'SELECT phone_number FROM contacts WHERE id = $1',
      [attempt.contactId],
    ))!;
    expect((await on.api('POST', '/suppressions', { phoneNumber })).status).toBe(201);
    expect(await contactOf(attempt)).toEqual({ state: 'not_reached', disposition: 'suppressed' });
    await status(attempt, 'completed');
    on.clock.advance(61_000);
    await waitFor('the settlement', async () => (await read(attempt)).outcome === 'completed');
    expect(await contactOf(attempt)).toEqual({ state: 'completed', disposition: 'completed' });
  });

  it('does not interview whoever is put on the do-not-call list while the request to dial is under way', async () => {
    const number = phone(next++);
    on.carrier.setPeople({ numbers: { [number]: { kind: 'completes' } }, mix: { noAnswer: 1 } as never });
    on.carrier.setFaults([{ fault: 'slow', ms: 1_500, to: number }]);
    await makeCampaign(on, [number]);
    await waitFor('the request', () =>
      on.database.api.row(`SELECT 1 FROM call_attempts WHERE phone_number = $1 AND status = 'dialing'`, [
        number,
      ]),
    );
    expect((await on.api('POST', '/suppressions', { phoneNumber: number })).status).toBe(201);
    const call = await waitFor('the end of the call', () =>
      on.carrier.calls().find((one) => one.to === number && one.endedAt !== null),
    );
    expect(call.keys).toEqual([]);
    expect(
      await on.database.api.rows(
        `SELECT 1 FROM answers w JOIN interviews i ON i.id = w.interview_id
      JOIN contacts k ON k.id = i.contact_id WHERE k.phone_number = $1`,
        [number],
      ),
    ).toEqual([]);
    on.carrier.setFaults([{ fault: 'drop' }]);
  });
});
