import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClaimNextContactCommand } from '../../src/scheduler/claim-next-contact/claim-next-contact.command.js';
import { sqlState } from '../../src/shared/db/database.js';
import { PlaceCallCommand } from '../../src/telephony/dial/place-call.command.js';
import { ApplyCallSignalCommand } from '../../src/telephony/facts/apply-call-signal.command.js';
import { GiveBackRefusedCommand } from '../../src/telephony/give-back/give-back-refused.command.js';
import { RecoverCallsCommand } from '../../src/telephony/recovery/recover-calls.command.js';
import type { CarrierSignal } from '../../src/telephony/telephony-port.js';
import { HandleTurnCommand } from '../../src/telephony/turn/handle-turn.command.js';
import { waitFor } from '../support/wait-for.js';
import { DialWorld } from './dial-world.js';

/** Each crossing meets on the same rows from two sides at once; `CROSSINGS=5000` for a long run. */
const CROSSINGS = Number(process.env.CROSSINGS ?? 300);
const OPT_OUTS = Math.ceil(CROSSINGS / 5);
/** Each of them is led to the crossing: one would do. */
const NAMESAKE_CROSSINGS = Math.ceil(CROSSINGS / 150);
/** Few enough that nobody waits for a connection: a crossing is between transactions, not in front of the pool. */
const AT_ONCE = 4;

/**
 * Rows are locked contact first, then attempt, then what hangs on it. Crossings that took them in two orders would
 * deadlock sooner or later; PostgreSQL counts its deadlocks, and the count must stay what it was.
 */
describe('two sides that need the same rows at once', () => {
  let world: DialWorld;

  beforeAll(async () => {
    world = await DialWorld.open({
      SETTLE_DELAY_MS: '0',
      MAX_CONCURRENT_CALLS: '100000',
      DATABASE_POOL_SIZE: '20',
    });
  });
  afterAll(() => world.close());

  const deadlocks = async () => {
    await world.on.database.api.rows('SELECT pg_stat_force_next_flush()');
    const row = await world.on.database.api.row<{ n: number }>(
      `SELECT deadlocks::int AS n FROM pg_stat_database WHERE datname = current_database()`,
    );
    return row!.n;
  };
  const signal = (kind: CarrierSignal['kind']): CarrierSignal => ({
    kind,
    answeredBy: null,
    errorCode: null,
  });

  const turn = (id: string, sid: string, number: number, keys: string) =>
    world.commands.execute(
      new HandleTurnCommand(
        id,
        number,
        sid,
        keys === '' ? { kind: 'silence' } : { kind: 'keys', keys },
        'human',
      ),
    );

  let next = 2_000_000;
  const numbers = (count: number) => Array.from({ length: count }, () => `+1206${next++}`);

  interface Call {
    id: string;
    sid: string;
    contact: string;
    number: string;
  }

  /** Attempts of a campaign of their own: as a dial leaves them, or its answer (`bound`), or as a claim does. */
  async function attempts(people: string[], as: 'claimed' | 'dialled' | 'bound'): Promise<Call[]> {
    const campaignId = await world.campaign([world.number()]);
    const at = await world.on.clock.now();
    return world.on.database.dialling.rows<Call>(
      `WITH people AS (
         INSERT INTO contacts (id, campaign_id, phone_number, state, state_before_claim, attempts_count, created_at)
         SELECT gen_random_uuid(), $1, number, 'in_progress', 'pending', 1, $2 FROM unnest($3::text[]) number
         RETURNING id, phone_number)
       INSERT INTO call_attempts (id, contact_id, campaign_id, attempt_number, phone_number, carrier, claimed_at, status,
                                  dialing_at, dial_slot_at, offers, caller_id, ring_seconds, call_seconds, provider_call_id, dial_result)
       SELECT gen_random_uuid(), id, $1, 1, phone_number, 'simulator', $2, CASE WHEN $4 = 'claimed' THEN $4 ELSE 'dialing' END,
              dialled, dialled, count(dialled), CASE WHEN dialled <= $2 THEN '+12025550199' END,
              CASE WHEN dialled <= $2 THEN 25 END, CASE WHEN dialled <= $2 THEN 600 END,
              CASE WHEN $4 = 'bound' THEN 'CA' || md5(id::text) END, CASE WHEN $4 = 'bound' THEN 'accepted' END
         FROM people CROSS JOIN LATERAL (SELECT CASE WHEN $4 <> 'claimed' THEN $2::timestamptz END AS dialled) d
        GROUP BY id, phone_number, dialled
       RETURNING id, 'CA' || md5(contact_id::text) AS sid, contact_id AS contact, phone_number AS number`,
      [campaignId, at, people, as],
    );
  }

  /** Contacts with these numbers in another campaign, due since an hour ago, by their ids the first or the last to be locked. */
  async function due(people: string[], side: 'before' | 'after'): Promise<Map<string, string>> {
    const campaignId = await world.campaign([world.number()]);
    const rows = await world.on.database.dialling.rows<{ id: string; number: string }>(
      `INSERT INTO contacts (id, campaign_id, phone_number, next_attempt_at, created_at)
       SELECT overlay(gen_random_uuid()::text placing $4 from 1)::uuid, $1, number, $2, $2 FROM unnest($3::text[]) number
       RETURNING id, phone_number AS number`,
      [
        campaignId,
        new Date((await world.on.clock.now()).getTime() - 3_600_000),
        people,
        side === 'before' ? '000000' : 'ffffff',
      ],
    );
    return new Map(rows.map(({ id, number }) => [number, id]));
  }

  /** Waits until recovery has settled calls whose line is down. */
  const settled = (calls: Call[]) =>
    waitFor('the calls to be settled', async () => {
      await world.commands.execute(new RecoverCallsCommand());
      const open = await world.on.database.api.rows(
        `SELECT 1 FROM call_attempts WHERE id = ANY ($1) AND status <> 'ended'`,
        [calls.map(({ id }) => id)],
      );
      return open.length === 0;
    });

  async function inBatches<T>(items: T[], work: (item: T) => Promise<unknown>[]): Promise<unknown[]> {
    const failures: unknown[] = [];
    const waiting = [...items];
    const lane = async () => {
      for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
        for (const result of await Promise.allSettled(work(item)))
          if (result.status === 'rejected') failures.push(result.reason);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    return failures;
  }

  it(
    'binds a call once when two callbacks that name it cross without a deadlock',
    async () => {
      const before = await deadlocks();
      const calls = await attempts(numbers(CROSSINGS), 'dialled');
      expect(calls).toHaveLength(CROSSINGS);
      const failures = await inBatches(calls, ({ id, sid }) => [
        world.commands.execute(new ApplyCallSignalCommand(id, sid, signal('ringing'), 'webhook')),
        world.commands.execute(new ApplyCallSignalCommand(id, sid, signal('busy'), 'webhook')),
      ]);
      expect(failures).toEqual([]);
      const bound = await world.on.database.api.rows(
        `SELECT entity_id FROM domain_events WHERE type = 'call.accepted.v1' AND entity_id = ANY ($1)`,
        [calls.map(({ id }) => id)],
      );
      expect(bound).toHaveLength(CROSSINGS);
      expect(await deadlocks()).toBe(before);
    },
    60_000 + 200 * CROSSINGS,
  );

  it(
    'lets opt-outs cross the callbacks of the same calls, and a look-up and the settlement cross both',
    async () => {
      const before = await deadlocks();
      const calls = await attempts(numbers(OPT_OUTS), 'bound');
      expect(await inBatches(calls, ({ id, sid }) => [turn(id, sid, 0, '')])).toEqual([]);
      let nth = 0;
      const failures = await inBatches(calls, ({ id, sid }) => [
        turn(id, sid, 1, '9'),
        world.commands.execute(new ApplyCallSignalCommand(id, sid, signal('completed'), 'webhook')),
        world.commands.execute(new ApplyCallSignalCommand(id, sid, signal('completed'), 'lookup')),
        ...(nth++ % 50 === 0 ? [world.commands.execute(new RecoverCallsCommand())] : []),
      ]);
      expect(failures).toEqual([]);
      const optedOut = await world.on.database.api.rows(
        `SELECT 1 FROM contacts k JOIN call_attempts a ON a.contact_id = k.id
        WHERE a.id = ANY ($1) AND k.state = 'refused' AND k.disposition = 'opted_out'`,
        [calls.map(({ id }) => id)],
      );
      expect(optedOut).toHaveLength(OPT_OUTS);
      expect(await deadlocks()).toBe(before);
    },
    60_000 + 200 * CROSSINGS,
  );

  /** A statement that only waited too long is asked for again, as the carrier and the next tick do. */
  async function untilDone(work: () => Promise<unknown>): Promise<void> {
    for (;;) {
      const error: unknown = await work().then(
        () => null,
        (reason: unknown) => reason,
      );
      if (error === null) return;
      if (sqlState(error) !== '55P03') throw error;
    }
  }

  const over = ({ id, sid }: Call) =>
    world.commands.execute(new ApplyCallSignalCommand(id, sid, signal('completed'), 'webhook'));
  const silence = async (calls: Call[]) => {
    expect(await inBatches(calls, ({ id, sid }) => [turn(id, sid, 0, '')])).toEqual([]);
    expect(await inBatches(calls, (call) => [over(call)])).toEqual([]);
  };

  /** What locks the contact and the attempt of a namesake that is in a call, and what that call is like. */
  const NAMESAKES = {
    'callbacks of its call': {
      as: 'bound',
      moves: ({ id, sid }: Call) =>
        world.commands.execute(new ApplyCallSignalCommand(id, sid, signal('ringing'), 'webhook')),
    },
    'its interview': { as: 'bound', moves: ({ id, sid }: Call) => turn(id, sid, 0, '') },
    'its settlement': { as: 'bound', moves: () => world.commands.execute(new RecoverCallsCommand()) },
    'its claim being given back': {
      as: 'claimed',
      moves: ({ contact }: Call) =>
        world.commands.execute(new GiveBackRefusedCommand({ contactId: contact })),
    },
  } as const;

  describe.each(['before', 'after'] as const)(
    'an opt-out that waits for a contact locked %s that of its namesake in a call',
    (side) => {
      it.each(Object.keys(NAMESAKES) as (keyof typeof NAMESAKES)[])(
        'crosses %s, a dial, a claim, an edit and a withdrawal without a deadlock',
        async (name) => {
          const { as, moves } = NAMESAKES[name];
          const before = await deadlocks();
          const people = numbers(NAMESAKE_CROSSINGS);
          // Their calls are over and their last key is on its way, while the same numbers are called for another campaign.
          const spoken = await attempts(people, 'bound');
          await silence(spoken);
          await settled(spoken);
          const waiting = await due(people, side);
          const inCall = new Map((await attempts(people, as)).map((call) => [call.number, call]));
          for (const { id, sid, number } of spoken) {
            const call = inCall.get(number)!;
            const idle = waiting.get(number)!;
            if (name === 'its settlement') await silence([call]);
            const barrier = await world.hold('SELECT 1 FROM contacts WHERE id = $1 FOR UPDATE', [idle]);
            const optingOut = untilDone(() => turn(id, sid, 1, '9'));
            await barrier.blocks();
            let moved = false;
            const moving = untilDone(() => moves(call)).then(() => (moved = true));
            await waitFor('the namesake to be done or to stand behind the opt-out', async () => {
              const behind = await world.on.database.api.rows(
                `SELECT 1 FROM pg_stat_activity w
                WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event <> 'advisory'
                  AND EXISTS (SELECT 1 FROM pg_stat_activity o WHERE o.pid = ANY (pg_blocking_pids(w.pid)) AND o.wait_event_type = 'Lock')`,
              );
              return moved || behind.length > 0;
            });
            const others = [
              untilDone(() => world.commands.execute(new PlaceCallCommand(call.id))),
              untilDone(() => world.commands.execute(new ClaimNextContactCommand())),
              world.on.api('PATCH', `/contacts/${idle}`, { name: 'somebody' }),
              world.on.api('POST', `/contacts/${call.contact}/withdraw`),
            ];
            await barrier.release();
            await Promise.all([optingOut, moving, ...others]);
          }
          const contacts = await world.on.database.api.rows<{ id: string; disposition: string }>(
            `SELECT id, disposition FROM contacts WHERE phone_number = ANY ($1) AND state <> 'in_progress' AND next_attempt_at IS NULL`,
            [people],
          );
          const dispositions = new Map(contacts.map((contact) => [contact.id, contact.disposition]));
          expect(spoken.map(({ contact }) => dispositions.get(contact))).toEqual(
            people.map(() => 'opted_out'),
          );
          expect([...waiting.values()].map((contact) => dispositions.get(contact))).toEqual(
            people.map(() => 'suppressed'),
          );
          expect(contacts).toHaveLength(3 * people.length);
          expect(await deadlocks()).toBe(before);
        },
        60_000 + 200 * CROSSINGS,
      );
    },
  );

  it('stores two opt-outs of one number that both go on without the gate, without a deadlock', async () => {
    const before = await deadlocks();
    const people = numbers(3);
    const first = await attempts(people, 'bound');
    await silence(first);
    await settled(first);
    const second = await attempts(people, 'bound');
    await silence(second);
    await settled(second);
    const gate = await world.hold('SELECT pg_advisory_xact_lock_shared(8880, 2)');
    const replies = await Promise.all(
      [...first, ...second].map(({ id, sid }) => turn(id, sid, 1, '9') as Promise<{ result: string }>),
    );
    await gate.release();
    expect(replies.map(({ result }) => result)).toEqual(replies.map(() => 'applied'));
    expect(await deadlocks()).toBe(before);
    const listed = await world.on.database.api.rows(
      `SELECT phone_number FROM suppressions WHERE source = 'opt_out' AND phone_number = ANY ($1)`,
      [people],
    );
    expect(listed).toHaveLength(people.length);
  });

  it(
    'lets a pause that hangs up, a suppression and a stop cross the callbacks of the calls they end',
    async () => {
      const before = await deadlocks();
      const calls = await attempts(numbers(100), 'dialled');
      const one = await world.on.database.api.row<{ campaign_id: string }>(
        'SELECT campaign_id FROM call_attempts WHERE id = $1',
        [calls[0]!.id],
      );
      const listed = await world.on.database.api.rows<{ n: string }>(
        'SELECT phone_number AS n FROM call_attempts WHERE id = ANY ($1) LIMIT 10',
        [calls.map(({ id }) => id)],
      );
      let round = 0;
      const answers: number[] = [];
      const operators = async () => {
        for (const { n } of listed) {
          const name = round++ % 2 === 0 ? 'pause' : 'resume';
          const body = name === 'pause' ? { hangUp: true } : undefined;
          const replies = [
            world.on.api('POST', `/campaigns/${one!.campaign_id}/${name}`, body),
            world.on.api('POST', '/operations/stop', { hangUp: true }),
            world.on.api('POST', '/suppressions', { phoneNumber: n }),
          ];
          for (const { status } of await Promise.all(replies)) answers.push(status);
        }
      };
      const [failures] = await Promise.all([
        inBatches(calls, ({ id, sid }) => [
          world.commands.execute(new ApplyCallSignalCommand(id, sid, signal('ringing'), 'webhook')),
          world.commands.execute(new ApplyCallSignalCommand(id, sid, signal('answered'), 'webhook')),
          world.commands.execute(new ApplyCallSignalCommand(id, sid, signal('failed'), 'webhook')),
        ]),
        operators(),
      ]);
      expect(failures).toEqual([]);
      // On a slow machine a request may be told to come again (503), and the opposite of what was not done is refused (409).
      expect(answers.filter((status) => status >= 300 && status !== 503 && status !== 409)).toEqual([]);
      expect(answers.filter((status) => status < 300).length).toBeGreaterThan(answers.length / 3);
      expect(await deadlocks()).toBe(before);
    },
    60_000 + 200 * CROSSINGS,
  );
});
