import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CompleteCampaignCommand } from '../../src/campaign/complete-campaign/complete-campaign.command.js';
import { CampaignRows } from '../../src/campaign/campaign-rows.js';
import { PauseCampaignCommand } from '../../src/campaign/pause-campaign/pause-campaign.command.js';
import { ReopenCampaignCommand } from '../../src/campaign/reopen-campaign/reopen-campaign.command.js';
import { ResumeCampaignCommand } from '../../src/campaign/resume-campaign/resume-campaign.command.js';
import type { Tx } from '../../src/shared/db/tx.js';
import { CampaignWorld, refusal } from './campaign-world.js';

let world: CampaignWorld;
beforeAll(async () => {
  world = await CampaignWorld.open();
});
afterAll(() => world.close());
beforeEach(() => {
  world.clock.advance(1_000);
});

function complete(id: string): Promise<void> {
  return world.handlers().complete.execute(new CompleteCampaignCommand(id));
}
async function lastEvent(id: string) {
  const { type, payload } = (await world.events(id)).at(-1)!;
  return { type, payload };
}

describe('a campaign that completes by itself', () => {
  it('does so when its last person is final and no call is live', async () => {
    const { id, contactId } = await world.started();
    expect((await world.closeFinished()).completed).toEqual([]);
    const attemptId = await world.putInCall(contactId);
    expect((await world.closeFinished()).completed).toEqual([]);
    await world.endCall(attemptId);
    expect((await world.closeFinished()).completed).toEqual([id]);
    expect(await world.view(id)).toMatchObject({
      status: 'completed',
      closing: false,
      completedAt: await world.clock.now(),
    });
    expect(await lastEvent(id)).toEqual({
      type: 'campaign.completed.v1',
      payload: { reason: 'finished' },
    });
    expect((await world.closeFinished()).completed).toEqual([]);
  });

  it('waits for a call whose contact is settled while the line is still open', async () => {
    const { id, contactId } = await world.started();
    const attemptId = await world.putInCall(contactId);
    await world.db.api.rows(
      `UPDATE contacts SET state = 'refused', state_before_claim = NULL, version = version + 1 WHERE id = $1`,
      [contactId],
    );
    expect((await world.closeFinished()).completed).toEqual([]);
    await world.endCall(attemptId);
    expect((await world.closeFinished()).completed).toEqual([id]);
  });

  it('waits for an import that is still adding people, not for one that only tries', async () => {
    const { id, contactId } = await world.started();
    await world.endCall(await world.putInCall(contactId));
    const importId = world.ids.next();
    await world.db.api.rows(
      `INSERT INTO imports (id, campaign_id, kind, status, dialect, created_at) VALUES ($1, $2, 'contacts', 'queued', '{}', $3)`,
      [importId, id, await world.clock.now()],
    );
    expect((await world.closeFinished()).completed).toEqual([]);
    await world.db.api.rows(`UPDATE imports SET dry_run = true WHERE id = $1`, [importId]);
    expect((await world.closeFinished()).completed).toEqual([id]);
  });

  it('counts again under its lock: a person imported meanwhile keeps it running', async () => {
    const { id, contactId } = await world.started();
    await world.endCall(await world.putInCall(contactId));
    const rows = new CampaignRows();
    await world.db.api.transaction(async (tx) => {
      await rows.holdForShare(tx, id);
      // The import holds the campaign, so it is left alone although nobody is left by what is committed.
      expect((await world.closeFinished()).completed).toEqual([]);
      await tx.execute(
        `INSERT INTO contacts (id, campaign_id, phone_number, next_attempt_at, created_at)
         VALUES ($1, $2, '+12025559555', $3, $3)`,
        [world.ids.next(), id, await world.clock.now()],
      );
    });
    expect((await world.closeFinished()).completed).toEqual([]);
    expect((await world.view(id)).status).toBe('running');
  });

  it('is neither manual, nor paused, nor kept up by a test contact', async () => {
    const manual = await world.started({ completion: 'manual' });
    const paused = await world.started();
    const tested = await world.started();
    for (const { contactId } of [manual, paused, tested]) {
      await world.endCall(await world.putInCall(contactId));
    }
    await world.handlers().pause.execute(new PauseCampaignCommand(paused.id, false));
    await world.putInCall(await world.addContact(tested.id, { isTest: true }));
    expect((await world.closeFinished()).completed).toEqual([tested.id]);
  });

  it('completes once when several workers look at the same moment', async () => {
    const { id, contactId } = await world.started();
    await world.endCall(await world.putInCall(contactId));
    const answers = await Promise.all(Array.from({ length: 6 }, () => world.closeFinished()));
    expect(answers.flatMap(({ completed }) => completed)).toEqual([id]);
  });
});

describe('an operator who completes early', () => {
  it('makes open people final and waits for the live call', async () => {
    const { id, contactId } = await world.started();
    const waiting = await world.addContact(id);
    const attemptId = await world.putInCall(contactId);
    await complete(id);
    expect(await world.view(id)).toMatchObject({ status: 'running', closing: true });
    expect(await lastEvent(id)).toEqual({ type: 'campaign.closing.v1', payload: { reason: 'operator' } });
    expect((await world.closeFinished()).completed).toEqual([]);
    expect(await world.contact(waiting)).toEqual({
      state: 'not_reached',
      disposition: 'campaign_over',
      next_attempt_at: null,
    });
    expect(await world.view(id)).toMatchObject({ status: 'running', closing: true });
    expect(await refusal(complete(id))).toMatchObject({ code: 'illegal_transition', legal: ['pause'] });
    await world.endCall(attemptId);
    expect((await world.closeFinished()).completed).toEqual([id]);
    expect(await lastEvent(id)).toEqual({
      type: 'campaign.completed.v1',
      payload: { reason: 'operator' },
    });
  });

  it('may do so while it is paused; closing goes on in a pause', async () => {
    const { id } = await world.started();
    await world.handlers().pause.execute(new PauseCampaignCommand(id, false));
    await complete(id);
    const resumed = world.handlers().resume.execute(new ResumeCampaignCommand(id));
    expect(await refusal(resumed)).toMatchObject({ code: 'illegal_transition', legal: [] });
    expect((await world.closeFinished()).completed).toEqual([id]);
  });

  it('closes a campaign of thousands in steps, run after run', async () => {
    const { id } = await world.started();
    await world.db.api.rows(
      `INSERT INTO contacts (id, campaign_id, phone_number, next_attempt_at, created_at)
       SELECT gen_random_uuid(), $1, '+1303' || (5000000 + n), $2, $2 FROM generate_series(1, 10500) AS n`,
      [id, await world.clock.now()],
    );
    await complete(id);
    expect((await world.closeFinished()).completed).toEqual([]);
    expect((await world.closeFinished()).completed).toEqual([id]);
    const left = await world.db.api.rows(
      `SELECT DISTINCT state, disposition, next_attempt_at FROM contacts WHERE campaign_id = $1`,
      [id],
    );
    expect(left).toEqual([{ state: 'not_reached', disposition: 'campaign_over', next_attempt_at: null }]);
  });

  it('does not deadlock with a claim that holds people and then opens their attempts', async () => {
    const { id, contactId } = await world.started();
    await complete(id);
    let closing: Promise<unknown> | undefined;
    const claim = async (tx: Tx): Promise<void> => {
      // Whoever looks first is the victim of a deadlock: here the claim, which is not run again.
      await tx.execute(`SET LOCAL deadlock_timeout = '50ms'`);
      await tx.row(`SELECT id FROM contacts WHERE id = $1 FOR UPDATE`, [contactId]);
      closing = world.closeFinished();
      for (;;) {
        const blocked = await world.db.api.row(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        if (blocked !== undefined) break;
      }
      await tx.execute(
        `INSERT INTO call_attempts (id, contact_id, campaign_id, attempt_number, phone_number, carrier, claimed_at)
         SELECT $2, id, campaign_id, 1, phone_number, 'simulator', $3 FROM contacts WHERE id = $1`,
        [contactId, world.ids.next(), await world.clock.now()],
      );
      await tx.execute(
        `UPDATE contacts SET state = 'in_progress', state_before_claim = 'pending', next_attempt_at = NULL,
                attempts_count = 1, version = version + 1 WHERE id = $1`,
        [contactId],
      );
    };
    await world.db.dialling.transaction(claim, { retries: 0 });
    expect(await closing).toEqual({ completed: [] });
    expect(await world.contact(contactId)).toMatchObject({ state: 'in_progress' });
    expect(await world.view(id)).toMatchObject({ status: 'running', closing: true });
  });
});

describe('the end of a campaign', () => {
  it('closes it by itself, also in a pause', async () => {
    const endsAt = new Date((await world.clock.now()).getTime() + 60_000).toISOString();
    const { id, contactId } = await world.started({ endsAt });
    await world.handlers().pause.execute(new PauseCampaignCommand(id, false));
    expect((await world.closeFinished()).completed).toEqual([]);
    world.clock.advance(60_000);
    expect((await world.closeFinished()).completed).toEqual([id]);
    expect(await world.contact(contactId)).toMatchObject({ disposition: 'campaign_over' });
    expect((await world.events(id)).slice(-2).map(({ type, payload }) => [type, payload])).toEqual([
      ['campaign.closing.v1', { reason: 'ended' }],
      ['campaign.completed.v1', { reason: 'ended' }],
    ]);
  });
});

describe('reopening', () => {
  it('takes a completed campaign back to paused, and its people stay final', async () => {
    const { id, contactId } = await world.started();
    await complete(id);
    await world.closeFinished();
    await world.handlers().reopen.execute(new ReopenCampaignCommand(id, undefined));
    expect(await world.view(id)).toMatchObject({
      status: 'paused',
      closing: false,
      completedAt: null,
      pausedAt: await world.clock.now(),
    });
    expect(await lastEvent(id)).toEqual({ type: 'campaign.reopened.v1', payload: { endsAt: null } });
    expect(await world.contact(contactId)).toMatchObject({ state: 'not_reached', next_attempt_at: null });
    await world.addContact(id);
    await world.handlers().resume.execute(new ResumeCampaignCommand(id));
    expect((await world.closeFinished()).completed).toEqual([]);
  });

  it('needs another end where the old one is past', async () => {
    const endsAt = new Date((await world.clock.now()).getTime() + 60_000).toISOString();
    const { id } = await world.started({ endsAt });
    world.clock.advance(60_000);
    await world.closeFinished();
    const { reopen } = world.handlers();
    const unchanged = reopen.execute(new ReopenCampaignCommand(id, undefined));
    expect((await refusal(unchanged)).problems).toEqual(['endsAt: in_the_past']);
    const malformed = reopen.execute(new ReopenCampaignCommand(id, 'tomorrow'));
    expect((await refusal(malformed)).problems).toContain('endsAt: invalid_instant');
    await reopen.execute(new ReopenCampaignCommand(id, null));
    expect(await world.view(id)).toMatchObject({ status: 'paused', endsAt: null });
  });
});
