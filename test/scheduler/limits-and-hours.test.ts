import { CommandBus } from '@nestjs/cqrs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ClaimNextContactCommand } from '../../src/scheduler/claim-next-contact/claim-next-contact.command.js';
import { makeCampaign, OPEN_POLICY, phone, phones } from '../support/campaigns.js';
import { type Installation, startInstallation } from '../support/installation.js';
import { waitFor } from '../support/wait-for.js';

describe('limits', () => {
  let on: Installation;
  beforeAll(async () => {
    on = await startInstallation({
      people: { mix: { completes: 1 } as never },
      environment: { MAX_CONCURRENT_CALLS: '4' },
      speed: 200,
    });
  });
  afterAll(() => on.stop());

  it('never has more calls live than the global limit, shared by two campaigns, nor more than a campaign allows', async () => {
    const first = await makeCampaign(on, phones(0, 10));
    const second = await makeCampaign(on, phones(10, 6), {
      change: { policy: { ...OPEN_POLICY, maxConcurrentCalls: 1 } },
    });
    await waitFor(
      'both campaigns to complete',
      async () =>
        (await on.database.api.rows(`SELECT 1 FROM campaigns WHERE status = 'completed'`)).length === 2,
      40_000,
    );
    const claims = await on.database.api.rows<{ live: number; limit: number; campaign: string }>(
      `SELECT (payload ->> 'live')::int AS live, (payload ->> 'limit')::int AS limit, campaign_id AS campaign
         FROM domain_events WHERE type = 'call.claimed.v1'`,
    );
    expect(claims).toHaveLength(16);
    expect(claims.filter(({ live, limit }) => live >= limit)).toEqual([]);
    expect(on.carrier.summary().maxLive).toBeLessThanOrEqual(4);
    expect(claims.filter(({ campaign }) => campaign === second).every(({ live }) => live === 0)).toBe(true);
    expect(claims.filter(({ campaign }) => campaign === first)).toHaveLength(10);
  });

  it('starts no more calls in any second than the pace allows', async () => {
    await on.api('PATCH', '/operations/settings', { maxConcurrentCalls: 50, callsPerSecond: 4 });
    await makeCampaign(on, phones(20, 12));
    await waitFor(
      'all dialled',
      async () =>
        (await on.database.api.rows(`SELECT 1 FROM call_attempts WHERE dial_slot_at IS NOT NULL`)).length >=
        28,
    );
    const slots = await on.database.api.rows<{ at: Date }>(
      `SELECT dial_slot_at AS at FROM call_attempts ORDER BY dial_slot_at DESC LIMIT 12`,
    );
    const times = slots.map(({ at }) => at.getTime()).toSorted((a, b) => a - b);
    for (const from of times)
      expect(times.filter((time) => time >= from && time < from + 1_000).length).toBeLessThanOrEqual(4);
    await on.api('PATCH', '/operations/settings', { callsPerSecond: 100 });
  });

  it('dials nobody after a pause was answered, not even those already claimed', async () => {
    await on.api('PATCH', '/operations/settings', { callsPerSecond: 2 });
    const id = await makeCampaign(on, phones(40, 10));
    await waitFor('the first call', () =>
      on.database.api.row(`SELECT 1 FROM call_attempts WHERE campaign_id = $1 AND status <> 'claimed'`, [id]),
    );
    const paused = await on.api<{ pausedAt: string }>('POST', `/campaigns/${id}/pause`, {});
    expect(paused.status).toBe(200);
    await waitFor(
      'nothing claimed any more',
      async () =>
        (
          await on.database.api.rows(
            `SELECT 1 FROM call_attempts WHERE campaign_id = $1 AND status = 'claimed'`,
            [id],
          )
        ).length === 0,
    );
    const late = await on.database.api.rows(
      `SELECT a.id FROM call_attempts a JOIN campaigns c ON c.id = a.campaign_id WHERE c.id = $1 AND a.dialing_at > c.paused_at`,
      [id],
    );
    expect(late).toEqual([]);
    await on.api('PATCH', '/operations/settings', { callsPerSecond: 100 });
    expect((await on.api('POST', `/campaigns/${id}/resume`)).status).toBe(200);
    await waitFor(
      'completion',
      async () => (await on.api<{ status: string }>('GET', `/campaigns/${id}`)).body.status === 'completed',
    );
    expect(
      (await on.api<{ contacts: { completed: number } }>('GET', `/campaigns/${id}/progress`)).body.contacts
        .completed,
    ).toBe(10);
  });

  it('stops everything at once and goes on when told so', async () => {
    const stopped = await on.api<{ diallingStoppedAt: string }>('POST', '/operations/stop', {
      reason: 'a test',
    });
    expect(stopped.body.diallingStoppedAt).not.toBeNull();
    const id = await makeCampaign(on, phones(60, 3));
    const before = on.carrier.summary().creates;
    const said = vi.spyOn(on.app.get(CommandBus), 'execute');
    await waitFor(
      'two ticks that began after the campaign had',
      () => said.mock.calls.filter(([command]) => command instanceof ClaimNextContactCommand).length > 2,
    );
    const { body } = await on.api<{ items: { id: string }[] }>('GET', `/campaigns/${id}/contacts`);
    expect((await on.api('GET', `/contacts/${body.items[0]!.id}/contactability`)).body).toMatchObject({
      permitted: false,
      reason: 'dialling_stopped',
    });
    expect(
      await on.database.api.rows('SELECT status FROM call_attempts WHERE campaign_id = $1', [id]),
    ).toEqual([]);
    expect(on.carrier.summary().creates).toBe(before);
    await on.api('POST', '/operations/resume');
    await waitFor(
      'completion',
      async () => (await on.api<{ status: string }>('GET', `/campaigns/${id}`)).body.status === 'completed',
    );
  });
});

describe('hours', () => {
  it('rings nobody at three on a Sunday morning, and everybody when the window opens in their own zone', async () => {
    const on = await startInstallation({
      people: { mix: { completes: 1 } as never },
      startAt: '2026-11-22T08:00:00Z',
    });
    try {
      const weekdays = {
        ...OPEN_POLICY,
        callingWindow: { days: ['mon', 'tue'], from: '09:00', to: '20:00' },
      };
      const id = await makeCampaign(on, phones(0, 3), { change: { policy: weekdays }, start: false });
      // One contact lives in Los Angeles, three hours behind.
      await on.database.api.rows(
        `UPDATE contacts SET timezone = 'America/Los_Angeles' WHERE phone_number = $1 RETURNING id`,
        [phone(2)],
      );
      await on.api('POST', `/campaigns/${id}/start`);
      await waitFor(
        'everybody to be deferred',
        async () =>
          (await on.database.api.rows(`SELECT 1 FROM contacts WHERE deferred_from IS NOT NULL`)).length === 3,
      );
      const due = await on.database.api.rows<{ at: Date }>(
        `SELECT next_attempt_at AS at FROM contacts ORDER BY phone_number`,
      );
      expect(due.map(({ at }) => at.toISOString())).toEqual([
        '2026-11-23T14:00:00.000Z',
        '2026-11-23T14:00:00.000Z',
        '2026-11-23T17:00:00.000Z',
      ]);
      expect(on.carrier.summary().creates).toBe(0);
      await on.clock.moveTo('2026-11-23T14:00:01Z');
      await waitFor(
        'New York to be called',
        async () =>
          (await on.database.api.rows(`SELECT 1 FROM contacts WHERE state = 'completed'`)).length === 2,
      );
      expect(on.carrier.summary().creates).toBe(2);
      // A wider window takes effect at once, also for whoever was deferred.
      const patched = await on.api('PATCH', `/campaigns/${id}`, {
        policy: { callingWindow: { days: ['mon', 'tue'], from: '05:00', to: '20:00' } },
      });
      expect(patched.status).toBe(200);
      await waitFor(
        'Los Angeles to be called',
        async () =>
          (await on.database.api.rows(`SELECT 1 FROM contacts WHERE state = 'completed'`)).length === 3,
      );
    } finally {
      await on.stop();
    }
  });

  it('keeps the legal hours over every campaign on a real carrier, however wide its window', async () => {
    const on = await startInstallation({
      people: { mix: { completes: 1 } as never },
      startAt: '2026-11-22T08:00:00Z',
      environment: { TELEPHONY_PROVIDER: 'twilio' },
    });
    try {
      const id = await makeCampaign(on, phones(0, 2));
      await waitFor(
        'everybody to be deferred',
        async () =>
          (await on.database.api.rows(`SELECT 1 FROM contacts WHERE deferred_from IS NOT NULL`)).length === 2,
      );
      const due = await on.database.api.rows<{ at: Date }>(
        `SELECT DISTINCT next_attempt_at AS at FROM contacts`,
      );
      expect(due.map(({ at }) => at.toISOString())).toEqual(['2026-11-22T13:00:00.000Z']);
      const { body } = await on.api<{ items: { id: string }[] }>('GET', `/campaigns/${id}/contacts`);
      expect((await on.api('GET', `/contacts/${body.items[0]!.id}/contactability`)).body).toMatchObject({
        permitted: false,
        reason: 'outside_legal_hours',
      });
      expect(
        (await on.api<{ code: string }>('POST', `/campaigns/${id}/test-call`, { phoneNumber: phone(50) }))
          .body.code,
      ).toBe('outside_legal_hours');
      expect(on.carrier.summary().creates).toBe(0);
    } finally {
      await on.stop();
    }
  });
});
