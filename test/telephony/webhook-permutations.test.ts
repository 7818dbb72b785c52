import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CalleeInput } from '../../src/survey/contracts/prompt.js';
import { ApplyCallSignalCommand } from '../../src/telephony/facts/apply-call-signal.command.js';
import { ApplyCallSignalHandler } from '../../src/telephony/facts/apply-call-signal.handler.js';
import { RecoverCallsCommand } from '../../src/telephony/recovery/recover-calls.command.js';
import { type CarrierSignal, TelephonyPort } from '../../src/telephony/telephony-port.js';
import { HandleTurnCommand } from '../../src/telephony/turn/handle-turn.command.js';
import { HandleTurnHandler } from '../../src/telephony/turn/handle-turn.handler.js';
import { DialWorld } from './dial-world.js';
import { send } from './signed-requests.js';

type Kind = CarrierSignal['kind'];

/** A call as it was: what the carrier reported, and what was keyed to each turn. */
interface Story {
  signals: Kind[];
  keys: string[];
  outcome: string;
  state: string;
}

const ANSWERED: Kind[] = ['initiated', 'ringing', 'answered', 'completed'];
const STORIES: Record<string, Story> = {
  busy: { signals: ['initiated', 'busy'], keys: [], outcome: 'busy', state: 'not_reached' },
  'no answer': {
    signals: ['initiated', 'ringing', 'no_answer'],
    keys: [],
    outcome: 'no_answer',
    state: 'not_reached',
  },
  failed: { signals: ['initiated', 'failed'], keys: [], outcome: 'failed', state: 'not_reached' },
  canceled: { signals: ['queued', 'canceled'], keys: [], outcome: 'failed', state: 'not_reached' },
  'hung up at once': { signals: ANSWERED, keys: [], outcome: 'hung_up', state: 'not_reached' },
  'hung up after consent': { signals: ANSWERED, keys: ['', '1'], outcome: 'hung_up', state: 'not_reached' },
  'broke off': { signals: ANSWERED, keys: ['', '1', '4', '1'], outcome: 'partial', state: 'not_reached' },
  refused: { signals: ANSWERED, keys: ['', '2'], outcome: 'refused', state: 'refused' },
  'never again': { signals: ANSWERED, keys: ['', '9'], outcome: 'refused', state: 'refused' },
  completed: { signals: ANSWERED, keys: ['', '1', '4', '1', '7'], outcome: 'completed', state: 'completed' },
  'completed after a wrong key': {
    signals: ANSWERED,
    keys: ['', '1', '8', '4', '*', '1', '7'],
    outcome: 'completed',
    state: 'completed',
  },
};

/** One delivery: a signal, or a turn; a turn that was answered before is a repetition, one that is ahead comes too early. */
type Delivery = { signal: Kind } | { turn: number };

/**
 * Orders in which the requests of a story can arrive: signals in any order and number; turns one after another, because
 * the carrier asks for the next one with our answer to the last, but each repeated, late, and beside ones not yet due.
 * A wave is delivered at the same instant.
 */
function waves(story: Story): fc.Arbitrary<Delivery[][]> {
  const turns = story.keys.length;
  const copies = fc.integer({ min: 1, max: 4 });
  return fc
    .record({
      order: fc.shuffledSubarray(story.signals, { minLength: story.signals.length }),
      copies: fc.array(copies, { minLength: story.signals.length, maxLength: story.signals.length }),
      /** After which turn a signal arrives, its repetitions anywhere later. */
      at: fc.array(fc.nat({ max: turns }), {
        minLength: story.signals.length,
        maxLength: story.signals.length,
      }),
      turnCopies: fc.array(copies, { minLength: turns, maxLength: turns }),
      stray: fc.array(fc.record({ wave: fc.nat({ max: turns }), turn: fc.nat({ max: turns + 3 }) }), {
        maxLength: 6,
      }),
      echo: fc.array(fc.record({ wave: fc.nat({ max: turns }), signal: fc.constantFrom(...story.signals) }), {
        maxLength: 6,
      }),
    })
    .map((plan) => {
      const result: Delivery[][] = Array.from({ length: turns + 1 }, (_, turn) =>
        turn < turns ? Array.from({ length: plan.turnCopies[turn]! }, () => ({ turn })) : [],
      );
      plan.order.forEach((signal, index) => {
        for (let copy = 0; copy < plan.copies[index]!; copy++)
          result[Math.min(turns, plan.at[index]! + copy)]!.push({ signal });
      });
      for (const { wave, signal } of plan.echo) result[wave]!.push({ signal });
      // Of turns to come only such as no request of the same wave makes due.
      for (const { wave, turn } of plan.stray)
        if (turn < wave || turn > wave + 1) result[wave]!.push({ turn });
      return result.map((wave) => wave.toSorted((a, b) => hash(a) - hash(b)));
    });
}
const hash = (delivery: Delivery) =>
  Buffer.from(JSON.stringify(delivery)).reduce((sum, byte) => (sum * 31 + byte) % 97, 7);

// Bounded on two free cores by about 30 s; the limits are for busy ones.
describe('the callbacks of one call', { timeout: 120_000 }, () => {
  let world: DialWorld;
  let delivered = 0;

  beforeAll(async () => {
    world = await DialWorld.open({
      SETTLE_DELAY_MS: '60000',
      MAX_CONCURRENT_CALLS: '2000',
      CALLS_PER_SECOND: '1000',
    });
    world.on.carrier.setFaults([{ fault: 'drop' }]);
  });
  afterAll(() => world.close());

  interface Call {
    attemptId: string;
    contactId: string;
    sid: string;
    /** Of the contact before the first callback: the claim was made by hand. */
    version: number;
  }

  /** Calls that are ringing, as the create request has left them. */
  async function calls(count: number): Promise<Call[]> {
    const numbers = Array.from({ length: count }, () => world.number());
    await world.campaign(numbers, { maxAttempts: 1, maxConcurrentCalls: 1_000, callsPerSecond: 1_000 });
    const made: Call[] = [];
    for (const number of numbers) {
      const contactId = await world.contact(number);
      const attemptId = await world.claimed(contactId);
      const claimed = await world.on.database.api.row<{ version: number }>(
        `SELECT version FROM contacts WHERE id = $1`,
        [contactId],
      );
      made.push({
        attemptId,
        contactId,
        sid: `CA${attemptId.replaceAll('-', '')}`,
        version: claimed!.version,
      });
    }
    await world.on.database.dialling.transaction((tx) =>
      tx.rows(
        `WITH dialled AS (UPDATE call_attempts SET status = 'dialing', dialing_at = $2, dial_slot_at = $2, offers = 1,
                caller_id = '+12025550199', ring_seconds = 30, call_seconds = 600 WHERE id = ANY ($1) RETURNING id)
         SELECT id FROM dialled`,
        [made.map(({ attemptId }) => attemptId), new Date()],
      ),
    );
    return made;
  }

  async function deliver(call: Call, story: Story, delivery: Delivery): Promise<string> {
    delivered++;
    if ('signal' in delivery) {
      const signal = { kind: delivery.signal, answeredBy: null, errorCode: null };
      return world.on.app
        .get(ApplyCallSignalHandler)
        .execute(new ApplyCallSignalCommand(call.attemptId, call.sid, signal, 'webhook'));
    }
    const keys = story.keys[delivery.turn] ?? '';
    const input: CalleeInput = keys === '' ? { kind: 'silence' } : { kind: 'keys', keys };
    const reply = await world.on.app
      .get(HandleTurnHandler)
      .execute(new HandleTurnCommand(call.attemptId, delivery.turn, call.sid, input, 'human'));
    const { attemptId } = call;
    return world.on.app.get(TelephonyPort).render(reply.prompt, { attemptId, nextTurn: delivery.turn + 1 })
      .body;
  }

  /** The time for late turns is over. */
  async function settle(): Promise<void> {
    world.on.clock.advance(61_000);
    await world.commands.execute(new RecoverCallsCommand());
  }

  /** What must be the same in whatever order the requests came. */
  async function effect({ attemptId, contactId }: Call) {
    const [attempt] = await world.on.database.api.rows<Record<string, unknown>>(
      `SELECT status, outcome, dial_result, carrier_end, interview_result, corrected_from, error_code, offers,
              answered_at IS NOT NULL AS answered, settle_after IS NULL AS settled, provider_call_id IS NOT NULL AS bound
         FROM call_attempts WHERE id = $1`,
      [attemptId],
    );
    const [contact] = await world.on.database.api.rows(
      `SELECT state, disposition, attempts_count, next_attempt_at FROM contacts WHERE id = $1`,
      [contactId],
    );
    const answers = await world.on.database.api.rows(
      `SELECT question_key, value, raw_input FROM answers WHERE attempt_id = $1 ORDER BY 1`,
      [attemptId],
    );
    const stored = await world.on.database.api.rows(
      `SELECT dedupe_key LIKE 'signal:%' AS signal, split_part(dedupe_key, ':', -1) AS what FROM call_events
        WHERE attempt_id = $1 ORDER BY 1, 2`,
      [attemptId],
    );
    // Whether it rang first and whether the settlement was held back is the order's affair.
    const events = await world.on.database.api.rows(
      `SELECT type, payload - '{settleAfter,at,interviewId,providerCallId,phoneNumber,nextAttemptAt}'::text[] AS payload
         FROM domain_events WHERE contact_id = $1 AND type NOT IN ('call.progressed.v1', 'call.hung_up.v1')`,
      [contactId],
    );
    const told = events.map((event) => JSON.stringify(event)).toSorted();
    return { attempt, contact, answers, stored, told };
  }

  /** Gapless versions that end in the row, and only forward. */
  async function expectLegalLog({ attemptId, contactId, version: claimed }: Call): Promise<void> {
    const log = await world.on.database.api.rows<{ entity: string; versions: number[]; version: number }>(
      `SELECT e.entity_kind AS entity, array_agg(e.entity_version ORDER BY e.entity_version) AS versions, r.version
         FROM domain_events e JOIN (
           SELECT id::text, version, 'contact' AS kind FROM contacts UNION ALL
           SELECT id::text, version, 'call' FROM call_attempts UNION ALL
           SELECT id::text, version, 'interview' FROM interviews) r ON r.id = e.entity_id AND r.kind = e.entity_kind
        WHERE e.contact_id = $1 AND NOT (e.entity_kind = 'contact' AND e.entity_version <= $2)
        GROUP BY 1, e.entity_id, r.version`,
      [contactId, claimed],
    );
    for (const { versions, version } of log) {
      const first = versions[0]!;
      expect(versions).toEqual(versions.map((_, index) => first + index));
      expect(versions.at(-1)).toBe(version);
    }
    const steps = await world.on.database.api.rows<{ type: string; to: string | null }>(
      `SELECT type, payload ->> 'to' AS to FROM domain_events WHERE entity_id = $1 ORDER BY entity_version`,
      [attemptId],
    );
    const of = (type: string) => steps.filter((step) => step.type === type);
    expect([of('call.accepted.v1').length, of('call.ended.v1').length]).toEqual([1, 1]);
    expect(of('call.hung_up.v1').length).toBeLessThanOrEqual(1);
    const ranks = of('call.progressed.v1').map(({ to }) =>
      ['dialing', 'ringing', 'in_progress'].indexOf(to!),
    );
    expect(ranks).toEqual([...new Set(ranks)].toSorted((a, b) => a - b));
  }

  it.each(Object.entries(STORIES))(
    'have one effect in whatever order and number they come, at once or not: %s',
    async (_name, story) => {
      const RUNS = 8;
      const [straight, ...others] = await calls(RUNS + 1);
      for (const [turn] of story.keys.entries()) await deliver(straight!, story, { turn });
      for (const signal of story.signals) await deliver(straight!, story, { signal });
      await settle();
      const expected = await effect(straight!);
      expect(expected.attempt).toMatchObject({ status: 'ended', outcome: story.outcome });
      expect(expected.contact).toMatchObject({ state: story.state, next_attempt_at: null });
      await fc.assert(
        fc.asyncProperty(waves(story), async (plan) => {
          // A run that is repeated to find a smaller counterexample gets a call of its own.
          const call = others.pop() ?? (await calls(1))[0]!;
          const prompts = new Map<number, Set<string>>();
          for (const [index, wave] of plan.entries()) {
            const replies = await Promise.all(wave.map((one) => deliver(call, story, one)));
            wave.forEach((one, place) => {
              if (!('turn' in one) || one.turn > index) return;
              prompts.set(one.turn, (prompts.get(one.turn) ?? new Set()).add(replies[place]!));
            });
          }
          await settle();
          expect(await effect(call)).toEqual(expected);
          expect([...prompts].filter(([, heard]) => heard.size !== 1)).toEqual([]);
          await expectLegalLog(call);
        }),
        { numRuns: RUNS, endOnFailure: true },
      );
    },
  );

  it('have one effect when a thousand of them arrive over HTTP as fast as they can', async () => {
    const eight = await calls(8);
    const story = STORIES.completed!;
    const status: Partial<Record<Kind, string>> = { answered: 'in-progress' };
    const queue: (() => Promise<unknown>)[] = [];
    const texts = new Map<string, Set<string>>();
    const failures: number[] = [];
    const request = async (call: Call, delivery: Delivery) => {
      delivered++;
      const [where, parameters] =
        'signal' in delivery
          ? ['status', { CallStatus: status[delivery.signal] ?? delivery.signal }]
          : [`turns/${delivery.turn}`, { CallStatus: 'in-progress', Digits: story.keys[delivery.turn]! }];
      const reply = await send(world.on, `${call.attemptId}/${where}`, { CallSid: call.sid, ...parameters });
      if (reply.status !== 200 && reply.status !== 204) failures.push(reply.status);
      if ('turn' in delivery)
        texts.set(
          `${call.attemptId} ${delivery.turn}`,
          (texts.get(`${call.attemptId} ${delivery.turn}`) ?? new Set()).add(reply.text),
        );
    };
    // Each call's turns in their order, once; then everything of all calls again and again, at the same time.
    await Promise.all(
      eight.map(async (call) => {
        for (const [turn] of story.keys.entries()) {
          const early = story.signals.slice(0, turn);
          await Promise.all(
            [{ turn }, { turn }, ...early.map((signal) => ({ signal }))].map((one) => request(call, one)),
          );
        }
      }),
    );
    for (let copy = 0; copy < 14; copy++)
      for (const call of eight) {
        for (const signal of story.signals) queue.push(() => request(call, { signal }));
        for (const [turn] of story.keys.entries()) queue.push(() => request(call, { turn }));
      }
    const shuffled = fc.sample(fc.shuffledSubarray(queue, { minLength: queue.length }), {
      numRuns: 1,
      seed: 8880,
    })[0]!;
    await Promise.all(
      Array.from({ length: 32 }, async () => {
        for (let next = shuffled.pop(); next !== undefined; next = shuffled.pop()) await next();
      }),
    );
    expect(failures).toEqual([]);
    expect([...texts].filter(([, heard]) => heard.size !== 1)).toEqual([]);
    const first = await effect(eight[0]!);
    expect(first.attempt).toMatchObject({ status: 'ended', outcome: 'completed' });
    for (const call of eight) {
      expect(await effect(call)).toEqual(first);
      await expectLegalLog(call);
    }
  });

  it('were thousands', () => {
    expect(delivered).toBeGreaterThan(2_000);
  });
});
