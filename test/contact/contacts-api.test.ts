import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ContactRows } from '../../src/contact/rows/contact-rows.js';
import { SequentialIds } from '../support/sequential-ids.js';
import { contactRow, eventsOf, insertCampaign, insertContacts } from './campaign-rows.js';
import { ContactApp, hungUp, NOW } from './contact-app.js';

const ids = new SequentialIds();
const UNKNOWN = '00000000-0000-7000-8000-ffffffffffff';
let app: ContactApp;

interface Problems {
  code: string;
  problems: { field: string; code: string }[];
}
interface ContactBody {
  id: string;
  phoneNumber: string;
  attributes: object;
}
interface ListBody {
  items: ContactBody[];
  nextCursor: string | null;
}

beforeAll(async () => {
  app = await ContactApp.open();
});
afterAll(() => app.close());

const problemsOf = (body: Problems) => body.problems.map(({ field, code }) => `${field} ${code}`);

/** A contact of a running campaign, claimed for its first attempt. */
async function claimedContact(): Promise<string> {
  const campaignId = await insertCampaign(app.database.api, ids);
  const [id] = await insertContacts(app.database.api, ids, campaignId, 1);
  await app.database.dialling.transaction((tx) =>
    new ContactRows(ids).claim(
      tx,
      [{ contact: { id: id!, version: 0 }, attemptId: ids.next(), attemptNumber: 1 }],
      new Date(NOW),
    ),
  );
  return id!;
}

describe('adding contacts', () => {
  it('stores them normalised, with the campaign’s default region, and gives them back in order', async () => {
    const campaignId = await insertCampaign(app.database.api, ids, { status: 'draft', defaultRegion: 'IT' });
    const { status, body } = await app.request('POST', `/campaigns/${campaignId}/contacts`, {
      contacts: [
        { phoneNumber: '333 5555555', name: ' Ada ', language: 'it_it', attributes: { vip: true } },
        { phoneNumber: '001 202 555 0123', timezone: 'america/new_york', externalId: 'c-1', name: null },
      ],
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      added: 2,
      contacts: [
        {
          phoneNumber: '+393335555555',
          name: 'Ada',
          language: 'it-IT',
          timezone: null,
          numberTimezone: 'Europe/Rome',
          attributes: { vip: true },
          state: 'pending',
          attemptsCount: 0,
          nextAttemptAt: new Date(NOW).toISOString(),
        },
        {
          phoneNumber: '+12025550123',
          timezone: 'America/New_York',
          externalId: 'c-1',
          numberTimezone: null,
        },
      ],
    });
  });

  it('names every problem of every contact at once and stores nothing', async () => {
    const campaignId = await insertCampaign(app.database.api, ids);
    const path = `/campaigns/${campaignId}/contacts`;
    await app.request('POST', path, { contacts: [{ phoneNumber: '+12025550100' }] });
    await app.request('POST', '/suppressions', { phoneNumber: '+12025550101' });
    const { status, body } = await app.request<Problems>('POST', path, {
      contacts: [
        { phoneNumber: '333 5555555' },
        { phoneNumber: '+12025550111', timezone: '+02:00', language: 'english', surname: 'x' },
        { phoneNumber: 12025550112 },
        { name: 'Nobody' },
        { phoneNumber: '+1 202 555 0113' },
        { phoneNumber: '(+1) 202-555-0113', attributes: { nested: { a: 1 } } },
        { phoneNumber: '0012025550113' },
        { phoneNumber: '+12025550100' },
        { phoneNumber: '+12025550101' },
        { phoneNumber: '+1 900 555 0100' },
      ],
    });
    expect(status).toBe(400);
    expect(body.code).toBe('validation_failed');
    expect(problemsOf(body).toSorted()).toEqual(
      [
        'contacts[0].phoneNumber phone_invalid',
        'contacts[1].surname unknown_field',
        'contacts[1].language invalid_language',
        'contacts[1].timezone invalid_timezone',
        'contacts[2].phoneNumber must_be_text',
        'contacts[3].phoneNumber required',
        'contacts[5].attributes.nested must_be_text',
        'contacts[6].phoneNumber duplicate',
        'contacts[7].phoneNumber duplicate',
        'contacts[8].phoneNumber suppressed',
        'contacts[9].phoneNumber phone_premium',
      ].toSorted(),
    );
    expect(await app.numbers(campaignId)).toEqual(['+12025550100']);
  });

  it('refuses the whole request when numbers are in the campaign or suppressed', async () => {
    const campaignId = await insertCampaign(app.database.api, ids);
    const path = `/campaigns/${campaignId}/contacts`;
    await app.request('POST', '/suppressions', { phoneNumber: '+12025550131' });
    await app.request('POST', path, { contacts: [{ phoneNumber: '+12025550130' }] });
    const add = (...numbers: string[]) =>
      app.request<Problems>('POST', path, { contacts: numbers.map((phoneNumber) => ({ phoneNumber })) });
    const both = await add('+12025550132', '+12025550130', '+12025550131');
    expect(both).toMatchObject({ status: 409, body: { code: 'duplicate_contacts' } });
    expect(problemsOf(both.body)).toEqual([
      'contacts[1].phoneNumber duplicate',
      'contacts[2].phoneNumber suppressed',
    ]);
    const suppressed = await add('+12025550132', '+12025550131');
    expect(suppressed).toMatchObject({ status: 409, body: { code: 'suppressed_numbers' } });
    expect(await app.numbers(campaignId)).toEqual(['+12025550130']);
  });

  it('lets one of two simultaneous requests with the same numbers in, as a whole', async () => {
    const campaignId = await insertCampaign(app.database.api, ids);
    const numbers = Array.from({ length: 100 }, (_, i) => `+1212555${String(100 + i).padStart(4, '0')}`);
    const add = (order: string[]) =>
      app.request('POST', `/campaigns/${campaignId}/contacts`, {
        contacts: order.map((phoneNumber) => ({ phoneNumber })),
      });
    const results = await Promise.all([add(numbers), add(numbers.toReversed())]);
    expect(results.map(({ status }) => String(status)).toSorted()).toEqual(['201', '409']);
    expect(await app.numbers(campaignId)).toHaveLength(100);
  });

  it('refuses closed and unknown campaigns, empty and oversized lists', async () => {
    const closed = await insertCampaign(app.database.api, ids, { status: 'completed' });
    const contacts = [{ phoneNumber: '+12025550100' }];
    const add = (campaignId: string, body: unknown) =>
      app.request('POST', `/campaigns/${campaignId}/contacts`, body);
    expect(await add(closed, { contacts })).toMatchObject({ status: 409, body: { code: 'campaign_closed' } });
    expect(await add(UNKNOWN, { contacts })).toMatchObject({
      status: 404,
      body: { code: 'campaign_not_found' },
    });
    const open = await insertCampaign(app.database.api, ids);
    const tooMany = { contacts: Array(1_001).fill(contacts[0]) };
    for (const body of [{ contacts: [] }, tooMany, {}, { contacts: 'all' }, [], { contacts: [null, 1] }]) {
      expect(await add(open, body)).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    }
  });
});

describe('reading contacts', () => {
  it('pages through a campaign, filters by state and leaves test contacts out', async () => {
    const campaignId = await insertCampaign(app.database.api, ids);
    const all = await insertContacts(app.database.api, ids, campaignId, 5);
    const test = await app.database.api.transaction((tx) =>
      new ContactRows(ids).addTestContact(tx, { campaignId, phoneNumber: '+12025550199', at: new Date(NOW) }),
    );
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = await app.request<ListBody>('GET', `/campaigns/${campaignId}/contacts?limit=2${query}`);
      seen.push(...page.body.items.map(({ id }) => id));
      cursor = page.body.nextCursor;
    }
    expect(seen).toEqual(all);
    const list = (query: string) => app.request<ListBody>('GET', `/campaigns/${campaignId}/contacts${query}`);
    expect((await list('?state=completed')).body.items).toEqual([]);
    expect(await list('?state=asleep')).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect(await list('?cursor=abc')).toMatchObject({ status: 400, body: { code: 'invalid_cursor' } });
    expect(await app.request('GET', `/contacts/${test.id}`)).toMatchObject({
      status: 200,
      body: { isTest: true },
    });
    expect(await app.request('GET', `/contacts/${UNKNOWN}`)).toMatchObject({
      status: 404,
      body: { code: 'contact_not_found' },
    });
    expect(await app.request('GET', `/campaigns/${UNKNOWN}/contacts`)).toMatchObject({
      status: 404,
      body: { code: 'campaign_not_found' },
    });
  });
});

describe('editing a contact', () => {
  it('changes the fields given, clears with null and leaves one event that names them', async () => {
    const campaignId = await insertCampaign(app.database.api, ids);
    const [id] = await insertContacts(app.database.api, ids, campaignId, 1);
    const edit = { name: 'Ada', timezone: 'Europe/Rome', attributes: { tier: 'gold' } };
    expect(await app.request('PATCH', `/contacts/${id}`, edit)).toMatchObject({ status: 200, body: edit });
    expect(await app.request('PATCH', `/contacts/${id}`, edit)).toMatchObject({ status: 200, body: edit });
    expect(await app.request('PATCH', `/contacts/${id}`, { name: null })).toMatchObject({
      status: 200,
      body: { name: null, timezone: 'Europe/Rome', attributes: { tier: 'gold' } },
    });
    expect(await eventsOf(app.database.api, id!)).toEqual(['contact.edited.v1#1', 'contact.edited.v1#2']);
  });

  it('makes a contact that waits for its window due again when its zone changes', async () => {
    const campaignId = await insertCampaign(app.database.api, ids);
    const [id] = await insertContacts(app.database.api, ids, campaignId, 1);
    const before = await contactRow(app.database.api, id!);
    await app.database.dialling.transaction((tx) =>
      new ContactRows(ids).defer(tx, [{ contactId: id!, until: new Date('2026-11-23'), windowClosed: true }]),
    );
    await app.request('PATCH', `/contacts/${id}`, { timezone: 'Asia/Tokyo' });
    expect(await contactRow(app.database.api, id!)).toMatchObject({
      next_attempt_at: before.next_attempt_at,
      deferred_from: null,
    });
  });

  it('refuses unknown fields and values, contacts in a call and final ones', async () => {
    const inCall = await claimedContact();
    const patch = (id: string, body: object) => app.request<Problems>('PATCH', `/contacts/${id}`, body);
    const wrong = await patch(inCall, { phoneNumber: '+12025550100', timezone: 'Mars/Olympus' });
    expect(wrong.status).toBe(400);
    expect(problemsOf((await patch(inCall, { timezone: 'Mars/Olympus', language: '?' })).body)).toEqual([
      'language invalid_language',
      'timezone invalid_timezone',
    ]);
    expect(await patch(inCall, { name: 'Ada' })).toMatchObject({
      status: 409,
      body: { code: 'contact_not_editable' },
    });
    await app.request('POST', `/contacts/${inCall}/withdraw`);
    expect((await patch(inCall, { name: 'Ada' })).status).toBe(409);
    expect((await patch(UNKNOWN, { name: 'Ada' })).body.code).toBe('contact_not_found');
  });
});

describe('withdrawing a contact', () => {
  it('makes an open contact final, again and again with the same answer', async () => {
    const campaignId = await insertCampaign(app.database.api, ids);
    const [id] = await insertContacts(app.database.api, ids, campaignId, 1);
    for (let i = 0; i < 2; i++) {
      expect(await app.request('POST', `/contacts/${id}/withdraw`)).toMatchObject({
        status: 200,
        body: { state: 'not_reached', disposition: 'withdrawn', nextAttemptAt: null },
      });
    }
    expect(await eventsOf(app.database.api, id!)).toEqual(['contact.settled.v1#1']);
  });

  it('settles a contact in a call and has the call hung up, whose end then changes nothing', async () => {
    const id = await claimedContact();
    hungUp.length = 0;
    expect((await app.request('POST', `/contacts/${id}/withdraw`)).body).toMatchObject({
      disposition: 'withdrawn',
    });
    expect(hungUp).toEqual([{ contactId: id }]);
    const contacts = new ContactRows(ids);
    await app.database.webhooks.transaction(async (tx) => {
      const contact = await contacts.lock(tx, id);
      const release = { nextAttemptAt: new Date(NOW), attemptId: ids.next(), reason: 'x', at: new Date(NOW) };
      await contacts.releaseClaimed(tx, contact, release);
      const at = new Date(NOW);
      const end = { disposition: 'hung_up', nextAttemptAt: at, attemptId: null, at } as const;
      expect(await contacts.settle(tx, contact, { state: 'not_reached', ...end })).toBe(false);
    });
    expect(await contactRow(app.database.api, id)).toMatchObject({ disposition: 'withdrawn', version: 2 });
  });

  it('refuses a contact that is final for another reason', async () => {
    const campaignId = await insertCampaign(app.database.api, ids);
    const [id] = await insertContacts(app.database.api, ids, campaignId, 1);
    await app.database.api.transaction((tx) =>
      new ContactRows(ids).dismiss(tx, [{ contactId: id!, disposition: 'suppressed' }], new Date(NOW)),
    );
    expect(await app.request('POST', `/contacts/${id}/withdraw`)).toMatchObject({
      status: 409,
      body: { code: 'illegal_transition' },
    });
  });
});
