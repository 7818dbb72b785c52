import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DiallingDatabase } from '../../src/shared/db/database.js';
import type { LoggedEvent } from '../../src/shared/event-log/domain-event.js';
import { EventRelay } from '../../src/shared/event-log/event-relay.js';
import { Sequencer } from '../../src/shared/event-log/sequencer.js';
import type { EventSubscriber } from '../../src/shared/event-log/subscribes.js';
import { SequentialIds } from '../support/sequential-ids.js';
import { TestClock } from '../support/test-clock.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { AT, Barrier, note, Noted, Passed, subscription } from './log-world.js';

/**
 * Some writers, sequencers, workers and subscribers on one log, stepped in an order that fast-check chooses: events
 * are appended, committed early or late or not at all, numbered, delivered; workers crash at any statement, freeze in
 * a reaction and wake up later; reactions fail. Afterwards everything settles, and what every subscriber saw is judged.
 */
const SUBSCRIPTIONS = [
  subscription('both', Noted, Passed),
  subscription('noted', Noted),
  subscription('passed', Passed),
];
const WORKERS = 2;

type Step =
  | { kind: 'append'; writer: number; types: boolean[] }
  | { kind: 'commit' | 'roll back'; writer: number }
  | { kind: 'sequence'; worker: number }
  | { kind: 'deliver'; to: number; fault: Fault }
  | { kind: 'wake' }
  | { kind: 'time'; ms: number };
/** The statement, counted from the beginning of the delivery, at which the process dies; or the event it fails or freezes at. */
type Fault = { kind: 'none' | 'crash' | 'fail' | 'freeze'; at: number };

const writer = fc.nat({ max: 2 });
const fault = fc.oneof(
  fc.record({
    kind: fc.constantFrom('none' as const, 'fail' as const, 'freeze' as const),
    at: fc.nat({ max: 2 }),
  }),
  fc.record({ kind: fc.constant('crash' as const), at: fc.nat({ max: 9 }) }),
);
const some = <S extends Step>(weight: number, arbitrary: fc.Arbitrary<S>) => ({ weight, arbitrary });
const step: fc.Arbitrary<Step> = fc.oneof(
  some(
    5,
    fc.record({
      kind: fc.constant('append' as const),
      writer,
      types: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
    }),
  ),
  some(5, fc.record({ kind: fc.constant('commit' as const), writer })),
  some(1, fc.record({ kind: fc.constant('roll back' as const), writer })),
  some(5, fc.record({ kind: fc.constant('sequence' as const), worker: fc.nat({ max: WORKERS - 1 }) })),
  some(8, fc.record({ kind: fc.constant('deliver' as const), to: fc.nat({ max: 2 }), fault })),
  some(2, fc.constant({ kind: 'wake' as const })),
  some(4, fc.record({ kind: fc.constant('time' as const), ms: fc.constantFrom(100, 2_000, 61_000) })),
);

let db: TestDatabase;
beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

class World {
  readonly seen: LoggedEvent[][] = SUBSCRIPTIONS.map(() => []);
  private readonly clock = new TestClock(AT);
  private readonly ids = new SequentialIds();
  private readonly sequencers = Array.from({ length: WORKERS }, () => new Sequencer(db.dialling));
  private readonly open = new Map<
    number,
    { barrier: Barrier; done: Promise<unknown>; fate: { undone: boolean } }
  >();
  private readonly frozen: { barrier: Barrier; done: Promise<unknown> }[] = [];
  private appended = 0;

  async run(one: Step): Promise<void> {
    switch (one.kind) {
      case 'append':
        return this.append(one.writer, one.types);
      case 'commit':
      case 'roll back':
        return this.end(one.writer, one.kind === 'roll back');
      case 'sequence':
        await this.sequencers[one.worker]!.sequence();
        return;
      case 'deliver':
        return this.deliver(one.to, one.fault);
      case 'wake':
        return this.wake();
      case 'time':
        this.clock.advance(one.ms);
    }
  }

  /** Everybody commits, wakes up and goes on without faults until nothing is left. */
  async settle(): Promise<void> {
    for (const writing of this.open.keys()) await this.end(writing, false);
    await this.wake();
    while ((await this.sequencers[0]!.sequence()) > 0);
    this.clock.advance(61_000);
    const none = { kind: 'none', at: 0 } as const;
    await Promise.all([...SUBSCRIPTIONS.keys()].map((to) => this.deliver(to, none)));
  }

  /** Some events in a transaction that stays open until its writer commits. */
  private async append(writing: number, types: boolean[]): Promise<void> {
    if (this.open.has(writing)) return;
    const barrier = new Barrier();
    const fate = { undone: false };
    const done = db.dialling
      .transaction(async (tx) => {
        for (const noted of types) {
          await note(tx, { entityId: `event-${this.appended++}`, type: noted ? Noted : Passed });
        }
        await barrier.pass();
        if (fate.undone) throw new Error('rolled back');
      })
      .catch(() => undefined);
    await barrier.reached;
    this.open.set(writing, { barrier, done, fate });
  }

  private async end(writing: number, undone: boolean): Promise<void> {
    const transaction = this.open.get(writing);
    if (transaction === undefined) return;
    this.open.delete(writing);
    transaction.fate.undone = undone;
    transaction.barrier.release();
    await transaction.done;
  }

  private async deliver(to: number, fault: Fault): Promise<void> {
    const barrier = new Barrier();
    const seen = this.seen[to]!;
    let events = 0;
    const subscriber: EventSubscriber = {
      handle: async (event) => {
        const at = events++;
        if (fault.kind === 'fail' && at === fault.at) throw new Error('failed');
        seen.push(event);
        if (fault.kind === 'freeze' && at === fault.at) await barrier.pass();
      },
    };
    const database = fault.kind === 'crash' ? dyingAt(fault.at) : db.dialling;
    const done = new EventRelay(database, this.clock, this.ids)
      .deliver(SUBSCRIPTIONS[to]!, subscriber)
      .catch(() => undefined);
    await Promise.race([done, barrier.reached]);
    this.frozen.push({ barrier, done });
  }

  private async wake(): Promise<void> {
    for (const { barrier, done } of this.frozen.splice(0)) {
      barrier.release();
      await done;
    }
  }
}

/** The database of a process that dies at its statement number `at`; whatever it asks afterwards fails as well. */
function dyingAt(at: number): DiallingDatabase {
  let statements = 0;
  return new Proxy(db.dialling, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return async (...given: unknown[]) => {
        if (statements++ >= at) throw new Error('the process is gone');
        return (member as (...all: unknown[]) => unknown).apply(target, given);
      };
    },
  });
}

describe('whatever happens in whatever order', () => {
  it('every subscriber gets every event of its types at least once, first deliveries in the order of the log', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), async (steps) => {
        await db.api.transaction(async (tx) => {
          for (const table of ['domain_events', 'subscriber_cursors', 'parked_events']) {
            await tx.execute(`DELETE FROM ${table}`);
          }
          await tx.execute(`UPDATE event_sequence SET last_position = 0, retained_from_position = 1`);
        });
        runs++;
        const world = new World();
        for (const one of steps) await world.run(one);
        await world.settle();
        const log = await db.api.rows<{ position: number; type: string }>(
          `SELECT position::float8 AS position, type FROM domain_events ORDER BY position`,
        );
        expect(log.map(({ position }) => position)).toEqual(log.map((_, index) => index + 1));
        for (const [index, { types }] of SUBSCRIPTIONS.entries()) {
          const wanted = log.filter(({ type }) => types.includes(type)).map(({ position }) => position);
          const firsts = [...new Set(world.seen[index]!.map(({ position }) => position))];
          expect(firsts).toEqual(wanted);
        }
        expect(await db.api.rows(`SELECT 1 FROM parked_events`)).toEqual([]);
      }),
      { numRuns: 100, interruptAfterTimeLimit: 25_000, markInterruptAsFailure: false },
    );
    expect(runs).toBeGreaterThan(0);
  });
});
