import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApplyCallSignalCommand } from '../../src/telephony/facts/apply-call-signal.command.js';
import { RecoverCallsCommand } from '../../src/telephony/recovery/recover-calls.command.js';
import type { CarrierSignal } from '../../src/telephony/telephony-port.js';
import { HandleTurnCommand } from '../../src/telephony/turn/handle-turn.command.js';
import { DialWorld } from './dial-world.js';

/** Each crossing meets on the same rows from two sides at once; `CROSSINGS=5000` for a long run. */
const CROSSINGS = Number(process.env.CROSSINGS ?? 300);
const OPT_OUTS = Math.ceil(CROSSINGS / 5);
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

  /** Attempts as a dial leaves them whose create request has not been answered yet; one per number. */
  async function dialled(count: number, bound: boolean): Promise<{ id: string; sid: string }[]> {
    const campaignId = await world.campaign([world.number()]);
    const at = await world.on.clock.now();
    return world.on.database.dialling.rows<{ id: string; sid: string }>(
      `WITH people AS (
         INSERT INTO contacts (id, campaign_id, phone_number, state, state_before_claim, attempts_count, created_at)
         SELECT gen_random_uuid(), $1, '+1206' || (2000000 + nextval('domain_events_id_seq') % 900000 * 8 + n % 8), 'in_progress', 'pending', 1, $2
           FROM generate_series(1, $3) n ON CONFLICT DO NOTHING RETURNING id, phone_number)
       INSERT INTO call_attempts (id, contact_id, campaign_id, attempt_number, phone_number, carrier, status, claimed_at,
                                  dialing_at, dial_slot_at, offers, caller_id, ring_seconds, call_seconds, provider_call_id, dial_result)
       SELECT gen_random_uuid(), id, $1, 1, phone_number, 'simulator', 'dialing', $2, $2, $2, 1, '+12025550199', 25, 600,
              CASE WHEN $4 THEN 'CA' || md5(id::text) END, CASE WHEN $4 THEN 'accepted' END
         FROM people
       RETURNING id, 'CA' || md5(contact_id::text) AS sid`,
      [campaignId, at, count, bound],
    );
  }

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
      const calls = await dialled(CROSSINGS, false);
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
      const calls = await dialled(OPT_OUTS, true);
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

  it(
    'lets a pause that hangs up, a suppression and a stop cross the callbacks of the calls they end',
    async () => {
      const before = await deadlocks();
      const calls = await dialled(100, false);
      const one = await world.on.database.api.row<{ campaign_id: string }>(
        'SELECT campaign_id FROM call_attempts WHERE id = $1',
        [calls[0]!.id],
      );
      const numbers = await world.on.database.api.rows<{ n: string }>(
        'SELECT phone_number AS n FROM call_attempts WHERE id = ANY ($1) LIMIT 10',
        [calls.map(({ id }) => id)],
      );
      let round = 0;
      const answers: number[] = [];
      const operators = async () => {
        for (const { n } of numbers) {
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
