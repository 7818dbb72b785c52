import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCampaign, OPEN_POLICY, phone } from '../support/campaigns.js';
import { type Installation, startInstallation } from '../support/installation.js';
import { openWire, type Wire } from '../support/tcp-proxy.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { waitFor } from '../support/wait-for.js';
import { send } from './signed-requests.js';

describe('the database goes away while people are on the line', () => {
  let database: TestDatabase;
  let wire: Wire;
  let on: Installation;

  beforeAll(async () => {
    database = await openTestDatabase();
    wire = await openWire(database.url);
    on = await startInstallation({
      database,
      people: { mix: { completes: 1 } as never },
      speed: 10,
      environment: { DATABASE_URL: wire.url },
    });
  });
  afterAll(async () => {
    await on.stop();
    await wire.close();
    await database.close();
  });

  it('keeps them on the line, loses no answer and goes on when it is back, without a restart', async () => {
    const people = [phone(0), phone(1), phone(2)];
    await makeCampaign(on, people);
    await waitFor(
      'somebody to have consented',
      async () =>
        (await database.api.rows(`SELECT 1 FROM interviews WHERE consented_at IS NOT NULL`)).length > 0,
    );
    wire.cut();
    // The outage lasts until the carrier has been told to hold the line at least once.
    const entries = await waitFor('a turn that waits', async () => {
      const heard = (await on.carrier.entries()).filter((entry) => JSON.stringify(entry).includes('waited='));
      return heard.length > 0 && heard;
    });
    expect(entries.length).toBeGreaterThan(0);
    const ready = await fetch(`${on.url}/health/ready`);
    expect(ready.status).toBe(503);
    wire.mend();
    await waitFor(
      'everybody to have finished',
      async () =>
        (await database.api.rows(`SELECT 1 FROM contacts WHERE state = 'completed'`)).length ===
        people.length,
      40_000,
    );
    for (const call of on.carrier.calls()) expect(call.twimlErrors).toBe(0);
    expect(
      on.carrier
        .calls()
        .map(({ to }) => to)
        .toSorted(),
    ).toEqual(people);
    const answers = await database.api.rows<{ count: number }>(`SELECT count(*)::int AS count FROM answers`);
    expect(answers).toEqual([{ count: 9 }]);
  });

  it('remembers that a machine has answered, which the carrier says once', async () => {
    const number = phone(3);
    on.carrier.setPeople({ mix: { noAnswer: 1 } as never });
    on.carrier.setFaults([{ fault: 'drop' }]);
    await makeCampaign(on, [number], { change: { policy: { ...OPEN_POLICY, maxAttempts: 1 } } });
    const { id, sid } = await waitFor('the call', () =>
      database.api.row<{ id: string; sid: string }>(
        `SELECT id, provider_call_id AS sid FROM call_attempts WHERE phone_number = $1 AND provider_call_id IS NOT NULL`,
        [number],
      ),
    );
    wire.cut();
    const machine = { CallSid: sid, CallStatus: 'in-progress', AnsweredBy: 'machine_start' };
    const kept = await send(on, `${id}/turns/0`, machine);
    // The sixth request of one turn is not kept waiting any more.
    for (const [waited, keeps] of [
      [4, true],
      [5, false],
    ] as const) {
      const { text } = await send(on, `${id}/turns/0?waited=${waited}`, { CallSid: sid });
      expect([text.includes(`waited=${waited + 1}`), text.includes('<Hangup')]).toEqual([keeps, !keeps]);
    }
    wire.mend();
    const again = /turns\/0\?[^<#]*/.exec(kept.text)![0].replaceAll('&amp;', '&');
    const reply = await waitFor('the database to be back', async () => {
      const { text } = await send(on, `${id}/${again}`, { CallSid: sid, CallStatus: 'in-progress' });
      return !text.includes('waited=') && text;
    });
    expect(reply).not.toContain('<Gather');
    expect(
      await database.api.row('SELECT interview_result AS result FROM call_attempts WHERE id = $1', [id]),
    ).toEqual({ result: 'machine' });
  });
});
