import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DiallingDatabase } from '../../src/shared/db/database.js';
import { EventRelay } from '../../src/shared/event-log/event-relay.js';
import { Sequencer } from '../../src/shared/event-log/sequencer.js';
import { IdGenerator } from '../../src/shared/ids/id-generator.js';
import { Environment } from '../../src/shared/environment/environment.js';
import { DialIntents } from '../../src/telephony/dial/dial-intent.js';
import { DialResults } from '../../src/telephony/dial/dial-results.js';
import { UnclaimCommand } from '../../src/telephony/dial/unclaim.command.js';
import { ApplyCallSignalCommand } from '../../src/telephony/facts/apply-call-signal.command.js';
import { LookUps } from '../../src/telephony/recovery/look-ups.js';
import { RecoverCallsCommand } from '../../src/telephony/recovery/recover-calls.command.js';
import { CARRIERS, leaseStranded } from '../../src/telephony/recovery/stranded-attempts.js';
import type { PlaceResult } from '../../src/telephony/telephony-port.js';
import { HandleTurnCommand } from '../../src/telephony/turn/handle-turn.command.js';
import { waitFor } from '../support/wait-for.js';
import { DialWorld } from './dial-world.js';

/** What a worker writes that was frozen at the worst moment and wakes up after another has gone on. */
describe('a worker that wakes up late', () => {
  let world: DialWorld;

  beforeAll(async () => {
    world = await DialWorld.open({ SETTLE_DELAY_MS: '5000', LOOKUP_INTERVAL_MS: '1000' });
  });
  afterAll(() => world.close());

  /** Offered, refused unprocessed, and offered again: the second offer is in flight. */
  async function offeredAgain(): Promise<string> {
    const { attemptId } = await world.onePerson();
    const intents = world.on.app.get(DialIntents);
    const results = world.on.app.get(DialResults);
    expect(await intents.commit(attemptId)).toMatchObject({ kind: 'dial', offer: 1 });
    await results.record(attemptId, 1, { kind: 'throttled', reason: '429' });
    world.on.clock.advance(120_000);
    expect(await intents.commit(attemptId)).toMatchObject({ kind: 'dial', offer: 2 });
    return attemptId;
  }

  it.each<PlaceResult>([
    { kind: 'throttled', reason: '429' },
    { kind: 'not_sent', reason: 'ECONNREFUSED' },
    { kind: 'unknown', reason: 'timeout' },
    { kind: 'rejected', cause: 'number', code: '21211' },
    { kind: 'rejected', cause: 'configuration', code: '20003' },
  ])('with the result of an earlier offer changes nothing: $kind $code', async (result) => {
    const attemptId = await offeredAgain();
    const before = await world.attempt(attemptId);
    await world.on.app.get(DialResults).record(attemptId, 1, result);
    expect(await world.attempt(attemptId)).toEqual(before);
    expect(await world.on.database.api.rows(`SELECT 1 FROM carrier_circuits WHERE state = 'open'`)).toEqual(
      [],
    );
  });

  it('with the result of a dial whose call a callback has named meanwhile changes nothing', async () => {
    const { attemptId } = await world.onePerson();
    expect(await world.on.app.get(DialIntents).commit(attemptId)).toMatchObject({ kind: 'dial' });
    const ringing = { kind: 'ringing' as const, answeredBy: null, errorCode: null };
    const sid = `CA${'1'.repeat(32)}`;
    await world.commands.execute(new ApplyCallSignalCommand(attemptId, sid, ringing, 'webhook'));
    const before = await world.attempt(attemptId);
    await world.on.app.get(DialResults).record(attemptId, 1, { kind: 'unknown', reason: 'timeout' });
    await world.on.app.get(DialResults).missed(attemptId, 1);
    expect(await world.attempt(attemptId)).toEqual(before);
  });

  it('with a look-up that found nothing does not count it once its lease is over', async () => {
    const { attemptId } = await world.onePerson();
    expect(await world.on.app.get(DialIntents).commit(attemptId)).toMatchObject({ kind: 'dial' });
    await world.on.app.get(DialResults).record(attemptId, 1, { kind: 'unknown', reason: 'timeout' });
    const environment = world.on.app.get(Environment);
    const lease = async () => {
      const at = await world.on.clock.now();
      const found = await leaseStranded(
        world.on.app.get(DiallingDatabase),
        'simulator',
        at,
        environment,
        CARRIERS,
      );
      return found.find(({ id }) => id === attemptId)!;
    };
    const frozen = await lease();
    world.on.clock.advance(21_000);
    const awake = await lease();
    await world.on.app.get(LookUps).findUnbound(awake);
    expect(await world.attempt(attemptId)).toMatchObject({ empty_lookups: 1 });
    const before = await world.attempt(attemptId);
    await world.on.app.get(LookUps).findUnbound(frozen);
    expect(await world.attempt(attemptId)).toEqual(before);
  });

  /** Answered, hung up after the consent, and held back for turns still under way. */
  async function heldBack() {
    const { attemptId, contactId } = await world.onePerson();
    const sid = await world.offered(attemptId);
    const turn = (number: number, keys: string) =>
      world.commands.execute(
        new HandleTurnCommand(
          attemptId,
          number,
          sid,
          keys === '' ? { kind: 'silence' } : { kind: 'keys', keys },
          'human',
        ),
      );
    for (const [number, keys] of ['', '1', '4', '1'].entries()) await turn(number, keys);
    const completed = { kind: 'completed' as const, answeredBy: null, errorCode: null };
    await world.commands.execute(new ApplyCallSignalCommand(attemptId, sid, completed, 'webhook'));
    world.on.clock.advance(6_000);
    return { attemptId, contactId, lastKey: () => turn(4, '7') };
  }

  /** A settlement that waits behind the last key, which waits for a lock; it gives up after 2.5 s, on a slow machine too early. */
  async function settlementBehindLastKey(): Promise<{
    attemptId: string;
    contactId: string;
    release: () => Promise<void>;
  }> {
    for (;;) {
      const { attemptId, contactId, lastKey } = await heldBack();
      const barrier = await world.hold('SELECT 1 FROM contacts WHERE id = $1 FOR UPDATE', [contactId]);
      let gaveUp = false;
      const answering = lastKey().catch(() => (gaveUp = true));
      await barrier.blocks(1);
      const settling = world.commands.execute(new RecoverCallsCommand());
      await waitFor('the settlement to stand in line', async () => {
        const waiting = await world.on.database.api.rows(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        return gaveUp || waiting.length === 2;
      });
      const release = async () => {
        await barrier.release();
        await Promise.all([answering, settling]);
      };
      if (!gaveUp) return { attemptId, contactId, release };
      await release();
    }
  }

  it('with a held settlement settles by what was answered meanwhile, not by what it had found', async () => {
    // Queued behind the turn, so it is not the barrier that it waits for.
    const { attemptId, contactId, release } = await settlementBehindLastKey();
    await release();
    expect(await world.attempt(attemptId)).toMatchObject({ status: 'ended', outcome: 'completed' });
    expect(
      await world.on.database.api.row('SELECT state, disposition FROM contacts WHERE id = $1', [contactId]),
    ).toEqual({ state: 'completed', disposition: 'completed' });
  });

  it('with a callback keeps a settlement waiting until the next recovery, which finds the row free', async () => {
    const { attemptId } = await heldBack();
    const barrier = await world.hold('SELECT 1 FROM call_attempts WHERE id = $1 FOR UPDATE', [attemptId]);
    await world.commands.execute(new RecoverCallsCommand());
    expect(await world.attempt(attemptId)).toMatchObject({ outcome: null });
    await barrier.release();
    expect(await world.settled(attemptId)).toMatchObject({ outcome: 'partial' });
  });

  it('with a held settlement that another has made ends nothing a second time', async () => {
    const { attemptId, contactId } = await heldBack();
    const barrier = await world.hold('SELECT 1 FROM contacts WHERE id = $1 FOR UPDATE', [contactId]);
    const first = world.commands.execute(new RecoverCallsCommand());
    await barrier.blocks(1);
    // Past the lease of the first, which is still in its transaction.
    world.on.clock.advance(21_000);
    const second = world.commands.execute(new RecoverCallsCommand());
    await waitFor('the second to stand in line', async () => {
      const waiting = await world.on.database.api.rows(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return waiting.length === 2;
    });
    await barrier.release();
    await Promise.all([first, second]);
    await world.settled(attemptId);
    const ends = await world.on.database.api.rows(
      `SELECT payload ->> 'outcome' AS outcome FROM domain_events WHERE entity_id = $1 AND type = 'call.ended.v1'`,
      [attemptId],
    );
    expect(ends).toEqual([{ outcome: 'partial' }]);
  });

  it.each([
    ['', async () => {}],
    [
      ', nor loses it when their number is suppressed then',
      async (contactId: string) => {
        const { phoneNumber } = (await world.on.api<{ phoneNumber: string }>('GET', `/contacts/${contactId}`))
          .body;
        expect((await world.on.api('POST', '/suppressions', { phoneNumber })).status).toBe(201);
      },
    ],
  ])(
    'with a request that was not carried out rings nobody who has finished an earlier call meanwhile%s',
    async (_, then) => {
      const { attemptId, contactId, lastKey } = await heldBack();
      expect(await world.settled(attemptId)).toMatchObject({ outcome: 'partial' });
      const second = await world.claimed(contactId);
      expect(await world.on.app.get(DialIntents).commit(second)).toMatchObject({ kind: 'dial' });
      await lastKey();
      await then(contactId);
      expect(
        await world.on.app.get(DialResults).record(second, 1, { kind: 'throttled', reason: '429' }),
      ).toBeNull();
      expect(await world.attempt(second)).toMatchObject({ status: 'ended', outcome: 'canceled' });
      expect(
        await world.on.database.api.row('SELECT state, disposition FROM contacts WHERE id = $1', [contactId]),
      ).toEqual({ state: 'completed', disposition: 'completed' });
    },
  );

  it('with an un-claim leaves alone what another has taken over', async () => {
    const { attemptId } = await world.onePerson();
    await world.on.database.api.rows(
      `UPDATE call_attempts SET claimed_by = 'the frozen one' WHERE id = $1 RETURNING id`,
      [attemptId],
    );
    const barrier = await world.hold(
      'SELECT 1 FROM contacts c JOIN call_attempts a ON a.contact_id = c.id WHERE a.id = $1 FOR UPDATE OF c',
      [attemptId],
    );
    const late = world.commands.execute(new UnclaimCommand('the frozen one', 'shutdown'));
    await barrier.blocks();
    await world.on.database.api.rows(
      `UPDATE call_attempts SET claimed_by = 'the finder' WHERE id = $1 RETURNING id`,
      [attemptId],
    );
    await barrier.release();
    expect(await late).toEqual({ unclaimed: 0 });
    expect(await world.attempt(attemptId)).toMatchObject({ status: 'claimed' });
  });

  it('with an un-claim leaves alone what another has dialled', async () => {
    const { attemptId } = await world.onePerson();
    await world.on.database.api.rows(
      `UPDATE call_attempts SET claimed_by = 'the frozen one' WHERE id = $1 RETURNING id`,
      [attemptId],
    );
    const barrier = await world.hold(`SELECT 1 FROM dial_slots WHERE lane LIKE 'account:%' FOR UPDATE`);
    const dialling = world.place(attemptId);
    await barrier.blocks();
    const late = world.commands.execute(new UnclaimCommand('the frozen one', 'shutdown'));
    await waitFor('the un-claim to stand behind the dial', async () => {
      const waiting = await world.on.database.api.rows(
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return waiting.length === 2;
    });
    await barrier.release();
    expect(await dialling).toEqual({ kind: 'offered', result: 'accepted' });
    expect(await late).toEqual({ unclaimed: 0 });
    expect(world.creates(attemptId)).toBe(1);
    expect(await world.attempt(attemptId)).toMatchObject({ outcome: null, dial_result: 'accepted' });
  });

  it('as a subscriber moves no cursor back, parks nothing and takes no lease away', async () => {
    const subscription = { name: 'late-writer', types: ['campaign.created.v1', 'campaign.started.v1'] };
    await world.onePerson();
    const database = world.on.app.get(DiallingDatabase);
    await new Sequencer(database).sequence();
    const relay = new EventRelay(database, world.on.clock, world.on.app.get(IdGenerator));
    let wake!: (error: Error) => void;
    const asleep = new Promise<void>((_, reject) => (wake = reject));
    asleep.catch(() => undefined);
    let reached = false;
    const frozen = relay.deliver(subscription, {
      handle: () => {
        reached = true;
        return asleep;
      },
    });
    await waitFor('the frozen one to have its event', () => reached);
    world.on.clock.advance(61_000);
    const seen: number[] = [];
    const awake = relay.deliver(subscription, {
      handle: (event) => {
        seen.push(event.position);
        return Promise.resolve();
      },
    });
    expect(await awake).toBeGreaterThan(0);
    const cursor = () =>
      database.row(
        'SELECT position, failures, last_error, retry_at, lease_token FROM subscriber_cursors WHERE subscriber = $1',
        [subscription.name],
      );
    // A third worker holds the lease when the frozen one wakes up.
    await database.rows(
      `UPDATE subscriber_cursors SET lease_token = 'third', lease_until = 'infinity' WHERE subscriber = $1 RETURNING 1`,
      [subscription.name],
    );
    const before = await cursor();
    wake(new Error('it failed in the end'));
    await frozen;
    expect(await cursor()).toEqual(before);
  });
});
