import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DueContact } from '../../src/contact/contracts/contacts.js';
import { ContactRows } from '../../src/contact/rows/contact-rows.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { SequentialIds } from '../support/sequential-ids.js';
import { contactRow, eventsOf, insertCampaign, insertContacts } from './campaign-rows.js';

const AT = new Date('2026-11-22T09:00:00Z');
const LATER = new Date('2026-11-22T13:00:00Z');
const ids = new SequentialIds();
const contacts = new ContactRows(ids);
let db: TestDatabase;
let campaignId: string;

beforeAll(async () => {
  db = await openTestDatabase();
  campaignId = await insertCampaign(db.api, ids);
});
afterAll(() => db.close());

/** Locks and claims up to `limit` due contacts in one transaction. */
function claimDue(campaign: string, limit: number): Promise<DueContact[]> {
  return db.dialling.transaction(async (tx) => {
    const due = await contacts.lockDue(tx, { campaignId: campaign, at: AT, limit });
    await contacts.claim(
      tx,
      due.map((contact) => ({ contact, attemptId: ids.next(), attemptNumber: contact.attemptsCount + 1 })),
      AT,
    );
    return due;
  });
}

describe('the due scan', () => {
  it('gives due contacts in the order in which they are due and leaves out test, future and final ones', async () => {
    const campaign = await insertCampaign(db.api, ids);
    const [first, second, future, final] = await insertContacts(db.api, ids, campaign, 4);
    await db.api.transaction(async (tx) => {
      await contacts.defer(tx, [{ contactId: future!, until: LATER, windowClosed: false }]);
      await contacts.dismiss(tx, [{ contactId: final!, disposition: 'withdrawn' }], AT);
      await contacts.addTestContact(tx, {
        campaignId: campaign,
        phoneNumber: '+12025550199',
        at: new Date('2026-01-01'),
      });
      const due = await contacts.lockDue(tx, { campaignId: campaign, at: AT, limit: 10 });
      expect(due.map((contact) => contact.id)).toEqual([first, second]);
      expect(due[0]).toMatchObject({ state: 'pending', attemptsCount: 0, version: 0, timezone: null });
      const afterMark = await contacts.lockDue(tx, {
        campaignId: campaign,
        at: AT,
        limit: 10,
        from: due[1]!.nextAttemptAt,
      });
      expect(afterMark.map((contact) => contact.id)).toEqual([second]);
    });
  });

  it('lets eight claimers at once claim every contact exactly once', async () => {
    const campaign = await insertCampaign(db.api, ids);
    const all = await insertContacts(db.api, ids, campaign, 200);
    const claimed: string[] = [];
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (;;) {
          const batch = await claimDue(campaign, 7);
          if (batch.length === 0) return;
          claimed.push(...batch.map((contact) => contact.id));
        }
      }),
    );
    expect(claimed.toSorted()).toEqual(all.toSorted());
    const rows = await db.api.rows(
      `SELECT 1 FROM contacts WHERE campaign_id = $1 AND state = 'in_progress' AND attempts_count = 1
          AND next_attempt_at IS NULL AND last_attempt_at = $2 AND version = 1`,
      [campaign, AT],
    );
    expect(rows).toHaveLength(200);
    const events = await db.api.rows(
      `SELECT DISTINCT contact_id FROM domain_events WHERE campaign_id = $1 AND type = 'contact.claimed.v1'`,
      [campaign],
    );
    expect(events).toHaveLength(200);
  });
});

describe('state changes', () => {
  it('refuses a claim by an old version and takes back the whole transaction', async () => {
    const [fresh, stale] = await insertContacts(db.api, ids, await insertCampaign(db.api, ids), 2);
    await db.api.rows(`UPDATE contacts SET version = 5 WHERE id = $1`, [stale]);
    const claim = (id: string) => ({ contact: { id, version: 0 }, attemptId: ids.next(), attemptNumber: 1 });
    await expect(
      db.dialling.transaction((tx) => contacts.claim(tx, [claim(fresh!), claim(stale!)], AT)),
    ).rejects.toThrow('changed under their claim');
    expect(await contactRow(db.api, fresh!)).toMatchObject({ state: 'pending', version: 0 });
    expect(await eventsOf(db.api, fresh!)).toEqual([]);
  });

  it('gives a released contact its former state back, due at the given instant', async () => {
    const campaign = await insertCampaign(db.api, ids);
    const [id] = await insertContacts(db.api, ids, campaign, 1);
    await claimDue(campaign, 1);
    await db.dialling.transaction(async (tx) => {
      const contact = await contacts.lock(tx, id!);
      await contacts.releaseClaimed(tx, contact, {
        nextAttemptAt: LATER,
        attemptId: ids.next(),
        reason: 'outside_calling_window',
        at: AT,
      });
    });
    expect(await contactRow(db.api, id!)).toMatchObject({
      state: 'pending',
      attempts_count: 1,
      next_attempt_at: LATER,
      version: 2,
    });
    expect(await eventsOf(db.api, id!)).toEqual(['contact.claimed.v1#1', 'contact.released.v1#2']);
  });

  it('settles with a retry, claims again and ends final, with one event per version', async () => {
    const campaign = await insertCampaign(db.api, ids);
    const [id] = await insertContacts(db.api, ids, campaign, 1);
    const settle = (nextAttemptAt: Date | null) =>
      db.webhooks.transaction(async (tx) =>
        contacts.settle(tx, await contacts.lock(tx, id!), {
          state: 'not_reached',
          disposition: 'busy',
          nextAttemptAt,
          attemptId: ids.next(),
          at: AT,
        }),
      );
    await claimDue(campaign, 1);
    expect(await settle(AT)).toBe(true);
    const [again] = await claimDue(campaign, 1);
    expect(again).toMatchObject({ id, state: 'not_reached', attemptsCount: 1 });
    expect(await settle(null)).toBe(true);
    expect(await settle(AT)).toBe(false);
    expect(await claimDue(campaign, 1)).toEqual([]);
    expect(await contactRow(db.api, id!)).toMatchObject({
      state: 'not_reached',
      attempts_count: 2,
      version: 4,
    });
    expect(await eventsOf(db.api, id!)).toEqual([
      'contact.claimed.v1#1',
      'contact.settled.v1#2',
      'contact.claimed.v1#3',
      'contact.settled.v1#4',
    ]);
  });

  it('lets a late refusal complete a contact that waits for its retry, and nothing leave a refusal', async () => {
    const campaign = await insertCampaign(db.api, ids);
    const [id] = await insertContacts(db.api, ids, campaign, 1);
    const settle = (state: 'completed' | 'refused' | 'not_reached') =>
      db.webhooks.transaction(async (tx) =>
        contacts.settle(tx, await contacts.lock(tx, id!), {
          state,
          disposition: state === 'not_reached' ? 'hung_up' : state,
          nextAttemptAt: state === 'not_reached' ? LATER : null,
          attemptId: null,
          at: AT,
        }),
      );
    expect(await settle('completed')).toBe(false);
    await claimDue(campaign, 1);
    expect(await settle('not_reached')).toBe(true);
    expect(await settle('refused')).toBe(true);
    expect(await settle('completed')).toBe(false);
    expect(await settle('not_reached')).toBe(false);
    expect(await contactRow(db.api, id!)).toMatchObject({ state: 'refused', next_attempt_at: null });
  });

  it('refuses to settle a contact that was read before another transaction changed it', async () => {
    const campaign = await insertCampaign(db.api, ids);
    const [id] = await insertContacts(db.api, ids, campaign, 1);
    await claimDue(campaign, 1);
    const old = await db.webhooks.transaction((tx) => contacts.lock(tx, id!));
    const settlement = {
      state: 'completed',
      disposition: 'completed',
      nextAttemptAt: null,
      attemptId: null,
      at: AT,
    } as const;
    await db.webhooks.transaction(async (tx) =>
      contacts.settle(tx, await contacts.lock(tx, id!), settlement),
    );
    await expect(
      db.webhooks.transaction((tx) => contacts.settle(tx, old, { ...settlement, state: 'not_reached' })),
    ).rejects.toThrow('changed under its settlement');
    expect((await contactRow(db.api, id!)).state).toBe('completed');
  });

  it('answers contact_not_found for a contact that does not exist', async () => {
    await expect(db.api.transaction((tx) => contacts.lock(tx, ids.next()))).rejects.toMatchObject({
      code: 'contact_not_found',
    });
  });

  it('dismisses everybody who is open, in portions, and leaves calls and final states alone', async () => {
    const campaign = await insertCampaign(db.api, ids);
    await insertContacts(db.api, ids, campaign, 5);
    const [inCall] = await claimDue(campaign, 1);
    const dismiss = () =>
      db.api.transaction((tx) =>
        contacts.dismissAllOpen(tx, { campaignId: campaign, disposition: 'campaign_over', at: AT, limit: 3 }),
      );
    expect([await dismiss(), await dismiss(), await dismiss()]).toEqual([3, 1, 0]);
    const rows = await db.api.rows<{ id: string; state: string; disposition: string | null }>(
      `SELECT id, state, disposition FROM contacts WHERE campaign_id = $1`,
      [campaign],
    );
    const ended = rows.filter((row) => row.id !== inCall!.id);
    expect(rows.find((row) => row.id === inCall!.id)).toMatchObject({
      state: 'in_progress',
      disposition: null,
    });
    expect(ended.map((row) => `${row.state} ${row.disposition}`)).toEqual(
      Array(4).fill('not_reached campaign_over'),
    );
    for (const row of rows) expect(await eventsOf(db.api, row.id)).toHaveLength(1);
  });
});

describe('deferring', () => {
  it('moves a zone to the opening of its window and back when the policy changes', async () => {
    const campaign = await insertCampaign(db.api, ids);
    const [own, byNumber, byCampaign, elsewhere] = await insertContacts(db.api, ids, campaign, 4);
    await db.api.rows(`UPDATE contacts SET timezone = 'Europe/Rome' WHERE id = $1`, [own]);
    await db.api.rows(`UPDATE contacts SET number_timezone = 'Europe/Rome' WHERE id = $1`, [byNumber]);
    await db.api.rows(
      `UPDATE contacts SET timezone = 'Europe/London', number_timezone = 'Europe/Rome' WHERE id = $1`,
      [elsewhere],
    );
    const before = (await contactRow(db.api, own!)).next_attempt_at;
    const deferral = {
      campaignId: campaign,
      timezone: 'Europe/Rome',
      defaultTimezone: 'Europe/Rome',
      at: AT,
      until: LATER,
      limit: 100,
    };
    expect(await db.dialling.transaction((tx) => contacts.deferZone(tx, deferral))).toBe(3);
    expect(await db.dialling.transaction((tx) => contacts.deferZone(tx, deferral))).toBe(0);
    for (const id of [own, byNumber, byCampaign]) {
      expect(await contactRow(db.api, id!)).toMatchObject({ next_attempt_at: LATER, version: 0 });
    }
    const muchLater = new Date('2026-11-25T08:00:00Z');
    await db.dialling.transaction((tx) =>
      contacts.defer(tx, [{ contactId: own!, until: muchLater, windowClosed: true }]),
    );
    expect(
      await db.api.transaction((tx) => contacts.recallDeferred(tx, campaign, { after: null, limit: 100 })),
    ).toEqual({
      recalled: 3,
      last: null,
    });
    expect(await contactRow(db.api, own!)).toMatchObject({ next_attempt_at: before, deferred_from: null });
    expect(
      await db.api.transaction((tx) => contacts.recallDeferred(tx, campaign, { after: null, limit: 100 })),
    ).toEqual({
      recalled: 0,
      last: null,
    });
  });

  it('does not recall a contact that was deferred because its number was in another call', async () => {
    const campaign = await insertCampaign(db.api, ids);
    const [id] = await insertContacts(db.api, ids, campaign, 1);
    await db.dialling.transaction((tx) =>
      contacts.defer(tx, [{ contactId: id!, until: LATER, windowClosed: false }]),
    );
    expect(
      await db.api.transaction((tx) => contacts.recallDeferred(tx, campaign, { after: null, limit: 100 })),
    ).toEqual({
      recalled: 0,
      last: null,
    });
    expect(await contactRow(db.api, id!)).toMatchObject({ next_attempt_at: LATER });
  });
});

describe('the reset by hand', () => {
  it('runs verbatim and leaves every contact callable, with its event', async () => {
    const campaign = await insertCampaign(db.api, ids);
    const [busy, done] = await insertContacts(db.api, ids, campaign, 2);
    await claimDue(campaign, 2);
    await db.webhooks.transaction(async (tx) =>
      contacts.settle(tx, await contacts.lock(tx, done!), {
        state: 'completed',
        disposition: 'completed',
        nextAttemptAt: null,
        attemptId: null,
        at: AT,
      }),
    );
    await db.api.rows(`DELETE FROM call_attempts`);
    await db.api.rows(`UPDATE contacts SET state='pending', attempts_count=0, last_attempt_at=NULL;`);
    for (const id of [busy!, done!]) {
      expect(await contactRow(db.api, id)).toMatchObject({
        state: 'pending',
        attempts_count: 0,
        disposition: null,
        last_attempt_at: null,
      });
      const events = await eventsOf(db.api, id);
      expect(events.at(-1)).toBe(`contact.reset.v1#${events.length}`);
    }
    expect(await claimDue(campaign, 10)).toHaveLength(2);
  });
});

it('uses the index of due contacts for the claim', async () => {
  await insertContacts(db.api, ids, campaignId, 50);
  const plan = await db.api.transaction(async (tx) => {
    await tx.execute(`SET LOCAL enable_seqscan = off`);
    return tx.rows<Record<string, string>>(
      `EXPLAIN SELECT id FROM contacts c
        WHERE campaign_id = $1 AND c.state IN ('pending', 'not_reached') AND c.next_attempt_at IS NOT NULL
          AND NOT c.is_test AND c.next_attempt_at >= coalesce($2, '-infinity'::timestamptz) AND c.next_attempt_at <= $3
        ORDER BY c.next_attempt_at, c.id LIMIT 10 FOR UPDATE SKIP LOCKED`,
      [campaignId, null, AT],
    );
  });
  const text = plan.map((line) => line['QUERY PLAN']).join('\n');
  expect(text).toContain('contacts_due');
  expect(text).not.toContain('Sort');
});
