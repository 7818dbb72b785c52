import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FaultRule } from '../../src/carrier-simulator/faults.js';
import { makeCampaign, OPEN_POLICY, phone } from '../support/campaigns.js';
import { type Installation, startInstallation } from '../support/installation.js';
import { waitFor } from '../support/wait-for.js';

interface Attempt {
  id: string;
  status: string;
  outcome: string | null;
  dial_result: string | null;
  provider_call_id: string | null;
  attempt_number: number;
}

/** What the carrier's ledger and our rows say when a create request goes wrong. */
describe('a create request that fails', () => {
  let on: Installation;
  let next = 0;

  beforeAll(async () => {
    on = await startInstallation({
      people: { mix: { completes: 1 } as never },
      environment: {
        CREATE_TIMEOUT_MS: '700',
        CREATE_GRACE_MS: '100',
        LOOKUP_INTERVAL_MS: '200',
        SILENT_CALL_MS: '60000',
      },
    });
  });
  afterEach(() => on.carrier.setFaults([]));
  afterAll(() => on.stop());

  const attemptsTo = (number: string) =>
    on.database.api.rows<Attempt>(
      'SELECT * FROM call_attempts WHERE phone_number = $1 ORDER BY attempt_number',
      [number],
    );
  const createdFor = (number: string) => on.carrier.calls().filter((call) => call.to === number);
  const contactOf = async (number: string) =>
    (await on.database.api.row<{ state: string; attempts_count: number }>(
      'SELECT state, attempts_count FROM contacts WHERE phone_number = $1',
      [number],
    ))!;

  async function dial(faults: FaultRule[], policy: Record<string, unknown> = {}): Promise<string> {
    const number = phone(next++);
    on.carrier.setFaults(faults.map((fault) => ({ ...fault, to: number })));
    await makeCampaign(on, [number], { change: { policy: { ...OPEN_POLICY, ...policy } } });
    return number;
  }

  it.each(['errorAfterPlacing', 'truncated201', 'timeoutAfterPlacing', 'resetAfterPlacing'] as const)(
    'does not redial when the carrier placed the call and answered badly: %s',
    async (fault) => {
      const number = await dial([{ fault, times: 1 }]);
      await waitFor('the interview', async () => (await contactOf(number)).state === 'completed');
      expect(createdFor(number)).toHaveLength(1);
      expect(await attemptsTo(number)).toMatchObject([{ attempt_number: 1, dial_result: 'accepted' }]);
    },
  );

  it.each(['errorAfterPlacing', 'timeoutAfterPlacing'] as const)(
    'finds the call by asking the carrier when no callback arrives either: %s',
    async (fault) => {
      const number = await dial([{ fault, times: 1 }, { fault: 'drop' }]);
      const attempt = await waitFor('the binding', async () =>
        (await attemptsTo(number)).find((one) => one.provider_call_id !== null),
      );
      expect(attempt.provider_call_id).toBe(createdFor(number)[0]!.sid);
      expect(createdFor(number)).toHaveLength(1);
    },
  );

  it.each(['errorBefore', 'timeoutBefore', 'resetBefore'] as const)(
    'calls it lost only after two empty look-ups and when the call would be over: %s',
    async (fault) => {
      const number = await dial([{ fault, times: 1 }], { callSeconds: 3_600, maxAttempts: 2 });
      const unknown = await waitFor('two empty look-ups', async () =>
        on.database.api.row<Attempt>(
          `SELECT * FROM call_attempts WHERE phone_number = $1 AND empty_lookups >= 2`,
          [number],
        ),
      );
      expect(unknown).toMatchObject({ status: 'dialing', dial_result: 'unknown', outcome: null });
      expect(createdFor(number)).toHaveLength(0);
      on.clock.advance(7_200_000);
      await waitFor('the second attempt', async () => (await attemptsTo(number))[1]?.outcome);
      expect(await attemptsTo(number)).toMatchObject([{ outcome: 'lost' }, { outcome: 'completed' }]);
      expect(createdFor(number)).toHaveLength(1);
    },
  );

  it('guesses nothing while the carrier cannot be asked: the attempt stays unknown and keeps its place', async () => {
    const number = await dial([{ fault: 'errorBefore', times: 1 }], {});
    await waitFor('the unknown result', async () => (await attemptsTo(number))[0]?.dial_result === 'unknown');
    on.carrier.setFaults([{ fault: 'outage' }]);
    on.clock.advance(7_200_000);
    const looked = await waitFor('a look-up in vain', async () =>
      on.database.api.row<{ at: Date }>(
        `SELECT last_lookup_at AS at FROM call_attempts WHERE phone_number = $1 AND last_lookup_at > $2`,
        [number, new Date((await on.clock.now()).getTime() - 1_000)],
      ),
    );
    expect(looked).toBeTruthy();
    expect(await attemptsTo(number)).toMatchObject([{ status: 'dialing', outcome: null }]);
    on.carrier.setFaults([]);
    await waitFor('the end', async () => (await contactOf(number)).state === 'completed');
  });

  it('offers the same attempt again when the carrier refused it unprocessed', async () => {
    const number = await dial([{ fault: 'rateLimited', times: 2 }]);
    await waitFor('the end', async () => (await attemptsTo(number))[0]?.outcome);
    expect(createdFor(number)).toHaveLength(1);
    expect(await attemptsTo(number)).toMatchObject([{ attempt_number: 1, outcome: 'completed' }]);
  });

  it('never calls again a number that the carrier refuses for good', async () => {
    const number = '+15005550001';
    const direct = await on.api('POST', '/campaigns', { name: 'x' });
    expect(direct.status).toBe(201);
    const valid = await dial([]);
    // The carrier's magic number is no valid number for an import, so the row is made to point at it.
    await waitFor('the first call to end', async () => (await contactOf(valid)).state === 'completed');
    const campaignId = await makeCampaign(on, [phone(next++)], { start: false });
    await on.database.api.rows(`UPDATE contacts SET phone_number = $1 WHERE campaign_id = $2 RETURNING id`, [
      number,
      campaignId,
    ]);
    await on.api('POST', `/campaigns/${campaignId}/start`);
    await waitFor('the refusal', async () => (await attemptsTo(number))[0]?.outcome === 'not_placed');
    expect(await contactOf(number)).toMatchObject({ state: 'not_reached' });
  });
});

describe('an account the carrier does not accept', () => {
  it('opens the circuit: dialling stops, no attempt counts, health says so, and a probe closes it', async () => {
    const on = await startInstallation({
      people: { mix: { completes: 1 } as never },
      environment: { CIRCUIT_PROBE_MS: '4000' },
    });
    try {
      const number = phone(0);
      const campaignId = await makeCampaign(on, [number], { start: false });
      // A caller id the carrier refuses (Twilio's magic number for "not verified").
      await on.database.api.rows(
        `UPDATE campaigns SET caller_id = '+15005550007' WHERE id = $1 RETURNING id`,
        [campaignId],
      );
      await on.api('POST', `/campaigns/${campaignId}/start`);
      await waitFor('the open circuit', () =>
        on.database.api.row(`SELECT 1 FROM carrier_circuits WHERE state = 'open'`),
      );
      await waitFor('the contact to be given back', () =>
        on.database.api.row(`SELECT 1 FROM contacts WHERE phone_number = $1 AND state = 'pending'`, [number]),
      );
      const ready = (await (await fetch(`${on.url}/health/ready`)).json()) as unknown;
      expect(JSON.stringify(ready)).toContain('open');
      await on.database.api.rows(
        `UPDATE campaigns SET caller_id = '+12025550199' WHERE id = $1 RETURNING id`,
        [campaignId],
      );
      await waitFor('the end', () =>
        on.database.api.row(`SELECT 1 FROM call_attempts WHERE outcome = 'completed'`),
      );
      const outcomes = await on.database.api.rows<{ outcome: string }>(
        `SELECT outcome FROM call_attempts WHERE outcome <> 'canceled'`,
      );
      expect(outcomes).toEqual([{ outcome: 'completed' }]);
    } finally {
      await on.stop();
    }
  });
});
