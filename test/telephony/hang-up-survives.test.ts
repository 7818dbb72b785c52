import { CommandBus } from '@nestjs/cqrs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { PauseCampaignCommand } from '../../src/campaign/pause-campaign/pause-campaign.command.js';
import { PauseCampaignHandler } from '../../src/campaign/pause-campaign/pause-campaign.handler.js';
import { Contacts } from '../../src/contact/contracts/contacts.js';
import { Interviews } from '../../src/survey/contracts/interviews.js';
import { Suppressions } from '../../src/contact/contracts/suppressions.js';
import { SuppressNumberCommand } from '../../src/contact/suppress-number/suppress-number.command.js';
import { SuppressNumberHandler } from '../../src/contact/suppress-number/suppress-number.handler.js';
import { WithdrawContactCommand } from '../../src/contact/withdraw-contact/withdraw-contact.command.js';
import { WithdrawContactHandler } from '../../src/contact/withdraw-contact/withdraw-contact.handler.js';
import { StopDiallingCommand } from '../../src/scheduler/stop-dialling/stop-dialling.command.js';
import { ApiDatabase } from '../../src/shared/db/database.js';
import { CallAttempts } from '../../src/telephony/contracts/call-attempts.js';
import { type PlaceResult, TelephonyPort } from '../../src/telephony/telephony-port.js';
import { makeCampaign, OPEN_POLICY, phone } from '../support/campaigns.js';
import { API_KEY, type Installation, startInstallation } from '../support/installation.js';
import { waitFor } from '../support/wait-for.js';
import { DialWorld } from './dial-world.js';

/** Stands for a worker that dies between its COMMIT and what it was going to ask of the carrier. */
const KILLED = {
  execute: () => Promise.reject(new Error('killed')),
} as unknown as CommandBus;

/** Phones that ring for two minutes of real time: nothing but a hang-up ends these calls within a test. */
const RINGING = { ...OPEN_POLICY, ringSeconds: 120 };

describe('a hang-up that was asked for', () => {
  let on: Installation;
  let next = 0;

  beforeAll(async () => {
    on = await startInstallation({
      people: { mix: { noAnswer: 1 } as never },
      speed: 1,
      environment: { SILENT_CALL_MS: '600000', CLAIM_STALE_MS: '300' },
    });
  });
  afterAll(() => on.stop());

  async function ringing(count = 1): Promise<{ id: string; numbers: string[] }> {
    const numbers = Array.from({ length: count }, () => phone(next++));
    const id = await makeCampaign(on, numbers, { change: { policy: RINGING } });
    await waitFor(
      'the phones to ring',
      async () =>
        (
          await on.database.api.rows(
            `SELECT 1 FROM call_attempts WHERE phone_number = ANY ($1) AND status = 'ringing'`,
            [numbers],
          )
        ).length === count,
    );
    return { id, numbers };
  }

  const contactOf = async (number: string) =>
    (await on.database.api.row<{ id: string; state: string; disposition: string | null }>(
      'SELECT id, state, disposition FROM contacts WHERE phone_number = $1',
      [number],
    ))!;

  const ended = (numbers: string[]) =>
    waitFor('the carrier to be asked to end them', () =>
      on.carrier.calls().filter((call) => numbers.includes(call.to) && call.endedAt !== null).length ===
      numbers.length
        ? on.carrier.calls().filter((call) => numbers.includes(call.to))
        : null,
    );

  async function settled(numbers: string[]): Promise<void> {
    await waitFor(
      'the ends to be stored',
      async () =>
        (
          await on.database.api.rows(
            `SELECT 1 FROM call_attempts WHERE phone_number = ANY ($1) AND status <> 'ended'`,
            [numbers],
          )
        ).length === 0,
    );
  }

  it('is carried out by another when the worker dies after the commit of a pause', async () => {
    const { id, numbers } = await ringing(3);
    const bystander = await ringing();
    const pause = new PauseCampaignHandler(
      on.app.get(ApiDatabase),
      on.clock,
      KILLED,
      on.app.get(CallAttempts),
    );
    await expect(pause.execute(new PauseCampaignCommand(id, true))).rejects.toThrow('killed');
    for (const call of await ended(numbers)) expect(call.status).toBe('canceled');
    await settled(numbers);
    expect(on.carrier.calls().find(({ to }) => to === bystander.numbers[0])!.endedAt).toBeNull();
  });

  it('may be ordered again with the same key when the calls could not be had in time', async () => {
    const { numbers } = await ringing();
    const { id } = await contactOf(numbers[0]!);
    const order = () =>
      fetch(`${on.url}/api/v1/operations/stop`, {
        method: 'POST',
        headers: { 'x-api-key': API_KEY, 'content-type': 'application/json', 'idempotency-key': 'stop-1' },
        body: JSON.stringify({ hangUp: true, reason: 'a test' }),
      });
    await on.database.api.transaction(
      async (tx) => {
        await tx.rows('SELECT 1 FROM contacts WHERE id = $1 FOR UPDATE', [id]);
        expect((await order()).status).toBe(503);
      },
      { limits: { idleInTransactionMs: 60_000, transactionMs: 60_000 } },
    );
    expect((await order()).status).toBe(200);
    await ended(numbers);
    await on.api('POST', '/operations/resume');
  });

  it('is carried out by another when the worker dies after the commit of a suppression or a withdrawal', async () => {
    const { numbers } = await ringing(2);
    const [suppressed, withdrawn] = numbers as [string, string];
    const database = on.app.get(ApiDatabase);
    const suppress = new SuppressNumberHandler(database, on.clock, on.app.get(Suppressions), KILLED);
    await expect(suppress.execute(new SuppressNumberCommand(suppressed, null, 'asked'))).rejects.toThrow(
      'killed',
    );
    const withdraw = new WithdrawContactHandler(
      database,
      on.clock,
      on.app.get(Contacts),
      KILLED,
      on.app.get(CallAttempts),
      on.app.get(Interviews),
    );
    const { id } = await contactOf(withdrawn);
    await expect(withdraw.execute(new WithdrawContactCommand(id))).rejects.toThrow('killed');
    await ended(numbers);
    await settled(numbers);
    expect(await contactOf(suppressed)).toMatchObject({ disposition: 'suppressed' });
    expect(await contactOf(withdrawn)).toMatchObject({ disposition: 'withdrawn' });
  });

  it('is carried out by another when the worker dies after the commit of a stop', async () => {
    const { numbers } = await ringing(2);
    // Everything that follows the commit of the stop is in the controller, and never happens.
    await on.app.get(CommandBus).execute(new StopDiallingCommand('a test', true));
    for (const call of await ended(numbers)) expect(call.status).toBe('canceled');
    await settled(numbers);
    await on.api('POST', '/operations/resume');
  });

  it('is asked for again and again while the carrier does not answer, until the carrier reports the end', async () => {
    const { id, numbers } = await ringing();
    on.carrier.setFaults([{ fault: 'outage' }, { fault: 'drop' }]);
    expect((await on.api('POST', `/campaigns/${id}/pause`, { hangUp: true })).status).toBe(200);
    expect(on.carrier.calls().find(({ to }) => to === numbers[0])!.endedAt).toBeNull();
    on.carrier.setFaults([{ fault: 'drop' }]);
    // The callback of the end is lost as well: recovery hears of it by asking.
    await ended(numbers);
    await settled(numbers);
    on.carrier.setFaults([]);
  });

  it('does not touch a call that was dialled after the campaign had been resumed', async () => {
    const { id, numbers } = await ringing();
    await on.api('POST', `/campaigns/${id}/pause`, { hangUp: true });
    await ended(numbers);
    await on.api('POST', `/campaigns/${id}/resume`);
    const later = phone(next++);
    await on.api('POST', `/campaigns/${id}/contacts`, { contacts: [{ phoneNumber: later }] });
    await waitFor('the later phone to ring', () =>
      on.database.api.row(`SELECT 1 FROM call_attempts WHERE phone_number = $1 AND status = 'ringing'`, [
        later,
      ]),
    );
    const asked = await on.database.api.row(
      `SELECT 1 FROM call_attempts WHERE phone_number = $1 AND hang_up_asked_at IS NOT NULL`,
      [later],
    );
    expect(asked).toBeUndefined();
  });
});

describe('a hang-up that was asked for while the create request was on its way', () => {
  let world: DialWorld;

  beforeAll(async () => {
    world = await DialWorld.open();
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(() => world.close());

  const hangUpAskedAt = async (attemptId: string): Promise<Date | null> => {
    const sql = 'SELECT hang_up_asked_at AS at FROM call_attempts WHERE id = $1';
    return (await world.on.database.api.row<{ at: Date | null }>(sql, [attemptId]))!.at;
  };

  const stops = {
    pause: {
      stop: (id: string) => world.on.api('POST', `/campaigns/${id}/pause`, { hangUp: true }),
      resume: (id: string) => world.on.api('POST', `/campaigns/${id}/resume`),
    },
    stop: {
      stop: () => world.on.api('POST', '/operations/stop', { reason: 'a test', hangUp: true }),
      resume: () => world.on.api('POST', '/operations/resume'),
    },
  };
  const notTaken: PlaceResult[] = [
    { kind: 'throttled', reason: '429' },
    { kind: 'not_sent', reason: 'ECONNREFUSED' },
  ];

  it.each(
    Object.entries(stops).flatMap(([how, steps]) =>
      notTaken.map((result) => ({ how, result: result.kind, reply: result, ...steps })),
    ),
  )(
    'does not touch the call that is made after the resume: $how, then $result',
    async ({ stop, resume, reply }) => {
      const { attemptId, campaignId, number } = await world.onePerson();
      const port = world.on.app.get(TelephonyPort);
      vi.spyOn(port, 'place').mockImplementationOnce(async () => {
        expect((await stop(campaignId)).status).toBe(200);
        expect(await hangUpAskedAt(attemptId)).not.toBeNull();
        return reply;
      });
      const ended = vi.spyOn(port, 'end');
      const report = await world.place(attemptId);
      expect(report.kind).toBe('requeued');
      expect(await world.attempt(attemptId)).toMatchObject({ status: 'claimed', offers: 1 });
      expect((await resume(campaignId)).status).toBe(200);
      world.on.clock.advance((report as { waitMs: number }).waitMs);
      // A stop ends the calls of the tests before as well.
      expect(ended).not.toHaveBeenCalledWith(await world.offered(attemptId));
      expect(await hangUpAskedAt(attemptId)).toBeNull();
      await waitFor('the phone to ring', async () => (await world.attempt(attemptId)).status === 'ringing');
      expect(world.on.carrier.calls().find(({ to }) => to === number)).toMatchObject({ endedAt: null });
    },
  );
});
