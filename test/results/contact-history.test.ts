import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ContactClaimed, ContactSettled } from '../../src/contact/contracts/events.js';
import { CallHistoryController } from '../../src/results/call-history/call-history.controller.js';
import { ContactTimelineController } from '../../src/results/contact-timeline/contact-timeline.controller.js';
import { appendEvents } from '../../src/shared/event-log/append-events.js';
import { Sequencer } from '../../src/shared/event-log/sequencer.js';
import { CallClaimed, CallEnded } from '../../src/telephony/contracts/events.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { AT, ResultRows } from './result-rows.js';

const UNKNOWN = '00000000-0000-4000-8000-ffffffffffff';

describe('the history of a contact', () => {
  let db: TestDatabase;
  let contactId: string;
  let otherId: string;
  let timeline: ContactTimelineController;

  beforeAll(async () => {
    db = await openTestDatabase();
    const at = new Date(AT);
    await db.api.transaction(async (tx) => {
      const rows = new ResultRows(tx);
      const campaignId = await rows.campaign('running');
      const calls = [
        { outcome: 'busy', errorCode: '486' },
        { outcome: 'completed', correctedFrom: 'hung_up' },
      ] as const;
      contactId = await rows.contact(campaignId, { state: 'completed', calls: [...calls] });
      otherId = await rows.contact(campaignId, { state: 'pending' });
      const call = { entityId: UNKNOWN, at, campaignId, contactId };
      const contact = { entityId: contactId, at, campaignId };
      await appendEvents(tx, [
        CallClaimed.of(
          { ...call, version: 1 },
          { attemptNumber: 1, live: 0, limit: 10, globalLive: 0, globalLimit: 1, by: 'worker' },
        ),
        ContactClaimed.of({ ...contact, version: 1 }, { attemptNumber: 1 }),
        CallEnded.of(
          { ...call, version: 2 },
          { outcome: 'busy', carrierEnd: 'busy', reason: null, isTest: false },
        ),
        ContactSettled.of(
          { ...contact, version: 2 },
          { from: 'in_progress', state: 'not_reached', disposition: 'busy', nextAttemptAt: null },
        ),
      ]);
    });
    await new Sequencer(db.dialling).sequence();
    timeline = new ContactTimelineController(db.api);
  });
  afterAll(() => db.close());

  it('tells everything that happened in its order, page by page', async () => {
    const first = await timeline.timeline(contactId, { limit: 3 });
    expect(first.items.map(({ type, entity, version }) => [type, entity, version])).toEqual([
      ['call.claimed.v1', 'call', 1],
      ['contact.claimed.v1', 'contact', 1],
      ['call.ended.v1', 'call', 2],
    ]);
    const second = await timeline.timeline(contactId, { limit: 3, cursor: first.nextCursor! });
    expect(second).toEqual({
      items: [
        {
          at: new Date(AT),
          type: 'contact.settled.v1',
          entity: 'contact',
          entityId: contactId,
          version: 2,
          payload: { from: 'in_progress', state: 'not_reached', disposition: 'busy', nextAttemptAt: null },
        },
      ],
      nextCursor: null,
      truncated: false,
    });
  });

  it('shows no phone number', async () => {
    const page = await timeline.timeline(contactId, { limit: 50 });
    expect(JSON.stringify(page)).not.toMatch(/\+1202555/);
  });

  it('is empty for a contact to whom nothing happened', async () => {
    expect(await timeline.timeline(otherId, { limit: 50 })).toEqual({
      items: [],
      nextCursor: null,
      truncated: false,
    });
  });

  it('lists every call attempt, oldest first, with the outcome a late answer corrected', async () => {
    const { items } = await new CallHistoryController(db.api).attempts(contactId);
    expect(
      items.map((item) => [item.attemptNumber, item.outcome, item.correctedFrom, item.errorCode]),
    ).toEqual([
      [1, 'busy', null, '486'],
      [2, 'completed', 'hung_up', null],
    ]);
  });

  it('refuses a contact that does not exist and a cursor of another list', async () => {
    await expect(timeline.timeline(UNKNOWN, { limit: 1 })).rejects.toMatchObject({
      code: 'contact_not_found',
    });
    await expect(new CallHistoryController(db.api).attempts(UNKNOWN)).rejects.toMatchObject({
      code: 'contact_not_found',
    });
    await expect(timeline.timeline(contactId, { limit: 1, cursor: 'x' })).rejects.toMatchObject({
      code: 'invalid_cursor',
    });
  });
});
