import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ContactRows } from '../../src/contact/rows/contact-rows.js';
import { SuppressionRows } from '../../src/contact/rows/suppression-rows.js';
import { passDialGate } from '../../src/shared/db/locks.js';
import { CallAttemptRows } from '../../src/telephony/rows/call-attempt-rows.js';
import { SequentialIds } from '../support/sequential-ids.js';
import { contactRow, eventsOf, insertCampaign } from './campaign-rows.js';
import { ContactApp, hungUp, NOW } from './contact-app.js';

const ids = new SequentialIds();
let app: ContactApp;

interface SuppressionBody {
  id: string;
  phoneNumber: string;
}

beforeAll(async () => {
  app = await ContactApp.open();
});
afterAll(() => app.close());

async function contactWith(phoneNumber: string): Promise<string> {
  const campaignId = await insertCampaign(app.database.api, ids);
  const added = await app.request<{ contacts: { id: string }[] }>(
    'POST',
    `/campaigns/${campaignId}/contacts`,
    {
      contacts: [{ phoneNumber }],
    },
  );
  return added.body.contacts[0]!.id;
}

const optOut = (phoneNumber: string, contactId: string) =>
  app.database.webhooks.transaction((tx) =>
    new SuppressionRows(ids, new CallAttemptRows(new ContactRows(ids))).add(
      tx,
      { phoneNumber, reason: 'key 9', source: 'opt_out', campaignId: null, contactId, at: new Date(NOW) },
      contactId,
    ),
  );

describe('the do-not-call list', () => {
  it('takes a number once, in any spelling, and makes its contacts final in every campaign', async () => {
    const people = [await contactWith('+393335555555'), await contactWith('+393335555555')];
    const other = await contactWith('+393335555556');
    hungUp.length = 0;
    const first = await app.request<SuppressionBody>('POST', '/suppressions', {
      phoneNumber: '333 555 5555',
      defaultRegion: 'IT',
      reason: 'asked by e-mail',
    });
    expect(first).toMatchObject({
      status: 201,
      body: { phoneNumber: '+393335555555', reason: 'asked by e-mail', source: 'operator' },
    });
    const again = await app.request<SuppressionBody>('POST', '/suppressions', {
      phoneNumber: '0039 333 5555555',
    });
    expect(again).toMatchObject({ status: 200, body: { id: first.body.id, reason: 'asked by e-mail' } });
    expect(hungUp[0]).toEqual({ phoneNumber: '+393335555555' });
    for (const id of people) {
      expect(await contactRow(app.database.api, id)).toMatchObject({
        state: 'not_reached',
        disposition: 'suppressed',
        next_attempt_at: null,
      });
      expect(await eventsOf(app.database.api, id)).toEqual(['contact.settled.v1#1']);
    }
    expect(await contactRow(app.database.api, other)).toMatchObject({ state: 'pending' });
  });

  it('settles a contact in a call, except the one the caller settles itself', async () => {
    const contacts = new ContactRows(ids);
    const [inCall, own] = [await contactWith('+12025550150'), await contactWith('+12025550150')];
    await app.database.dialling.transaction((tx) =>
      contacts.claim(
        tx,
        [{ contact: { id: inCall, version: 0 }, attemptId: ids.next(), attemptNumber: 1 }],
        new Date(NOW),
      ),
    );
    expect(await optOut('+12025550150', own)).toEqual({ added: true });
    expect(await contactRow(app.database.api, inCall)).toMatchObject({ state: 'not_reached', version: 2 });
    expect(await contactRow(app.database.api, own)).toMatchObject({ state: 'pending', version: 0 });
  });

  it('keeps the no of the person beside what an operator entered: lifting either leaves the other', async () => {
    const [phoneNumber, own] = ['+12025550152', await contactWith('+12025550152')];
    const list = async () =>
      (
        await app.request<{ items: (SuppressionBody & { source: string })[] }>(
          'GET',
          `/suppressions?phoneNumber=${encodeURIComponent(phoneNumber)}`,
        )
      ).body.items;
    const entered = await app.request<SuppressionBody>('POST', '/suppressions', {
      phoneNumber,
      reason: 'VIP',
    });
    expect(await optOut(phoneNumber, own)).toEqual({ added: true });
    expect(await optOut(phoneNumber, own)).toEqual({ added: false });
    expect((await list()).map(({ source }) => source).toSorted()).toEqual(['operator', 'opt_out']);
    expect((await app.request('DELETE', `/suppressions/${entered.body.id}`)).status).toBe(204);
    const [theirs] = await list();
    expect(theirs).toMatchObject({ source: 'opt_out', reason: 'key 9' });
    const again = await app.request<SuppressionBody>('POST', '/suppressions', { phoneNumber });
    expect(again).toMatchObject({ status: 201, body: { source: 'operator' } });
    expect((await app.request('DELETE', `/suppressions/${theirs!.id}`)).status).toBe(204);
    expect(await list()).toMatchObject([{ id: again.body.id }]);
  });

  it('waits for a dial that has passed the gate, and is stamped after it', async () => {
    let suppressing: Promise<unknown> = Promise.resolve();
    let answered = false;
    await app.database.dialling.transaction(async (tx) => {
      await passDialGate(tx);
      suppressing = app
        .request('POST', '/suppressions', { phoneNumber: '+12025550151' })
        .then(() => (answered = true));
      await expect
        .poll(() =>
          app.database.api.rows(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`),
        )
        .toHaveLength(1);
      expect(answered).toBe(false);
      app.clock.advance(1_000);
    });
    await suppressing;
    const [row] = await app.database.api.rows<{ at: Date }>(
      `SELECT created_at AS at FROM suppressions WHERE phone_number = '+12025550151'`,
    );
    expect(row!.at).toEqual(await app.clock.now());
  });

  it('lists the newest first in pages, finds one number and lifts it with an audited event', async () => {
    for (const last of ['60', '61', '62']) {
      app.clock.advance(1_000);
      await app.request('POST', '/suppressions', { phoneNumber: `+120255501${last}` });
    }
    interface List {
      items: SuppressionBody[];
      nextCursor: string | null;
    }
    const first = await app.request<List>('GET', '/suppressions?limit=2');
    expect(first.body.items.map((item) => item.phoneNumber)).toEqual(['+12025550162', '+12025550161']);
    const next = await app.request<List>('GET', `/suppressions?limit=2&cursor=${first.body.nextCursor}`);
    expect(next.body.items[0]!.phoneNumber).toBe('+12025550160');
    const found = await app.request<List>('GET', '/suppressions?phoneNumber=+1 202 555 0161');
    expect(found.body.items).toEqual([first.body.items[1]]);
    const { id } = found.body.items[0]!;
    expect(await app.request('DELETE', `/suppressions/${id}`)).toEqual({ status: 204, body: undefined });
    expect(await app.request('DELETE', `/suppressions/${id}`)).toMatchObject({
      status: 404,
      body: { code: 'suppression_not_found' },
    });
    expect(await eventsOf(app.database.api, id)).toEqual([
      'suppression.added.v1#1',
      'suppression.lifted.v1#2',
    ]);
  });

  it.each([
    [{ phoneNumber: '12' }, 'phoneNumber'],
    [{ phoneNumber: '333 5555555' }, 'phoneNumber'],
    [{}, 'phoneNumber'],
    [{ phoneNumber: '+12025550100', defaultRegion: 'XX' }, 'defaultRegion'],
    [{ phoneNumber: '+12025550100', why: 'so' }, 'why'],
  ])('refuses %j and names the field', async (body, field) => {
    expect(await app.request('POST', '/suppressions', body)).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', problems: [{ field }] },
    });
  });

  it('imports a file of numbers with their reasons, and hangs up those who are in a call', async () => {
    const inCall = await contactWith('+12025550170');
    await app.database.dialling.transaction((tx) =>
      new ContactRows(ids).claim(
        tx,
        [{ contact: { id: inCall, version: 0 }, attemptId: ids.next(), attemptNumber: 1 }],
        new Date(NOW),
      ),
    );
    hungUp.length = 0;
    const file = 'Telefono;Motivo;Città\n(202) 555-0170;reclamo;Roma\n202 555 0171;;\n202 555 0171;;\n12;;\n';
    const started = await app.upload<{ id: string }>('/suppressions/imports?defaultRegion=US', file);
    expect(started.status).toBe(202);
    expect(await app.ended(started.body.id)).toMatchObject({
      kind: 'suppressions',
      status: 'completed',
      total: 4,
      accepted: 2,
      duplicates: 1,
      rejected: 1,
      errors: [{ line: 5, field: 'phoneNumber', code: 'phone_invalid' }],
    });
    expect(hungUp).toEqual([{ contactId: inCall }]);
    const rows = await app.database.api.rows(
      `SELECT phone_number, reason, source FROM suppressions WHERE source = 'import' ORDER BY 1`,
    );
    expect(rows).toEqual([
      { phone_number: '+12025550170', reason: 'reclamo', source: 'import' },
      { phone_number: '+12025550171', reason: 'import', source: 'import' },
    ]);
  });

  it('counts a number that only its owner has put on the list as new, in a dry run as in the import', async () => {
    await optOut('+12025550153', await contactWith('+12025550153'));
    for (const dryRun of [true, false]) {
      const started = await app.upload<{ id: string }>(
        `/suppressions/imports?defaultRegion=US&dryRun=${dryRun}`,
        'phone\n+12025550153\n',
      );
      expect(await app.ended(started.body.id)).toMatchObject({ accepted: 1, duplicates: 0 });
    }
  });
});
