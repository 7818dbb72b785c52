import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ContactClaimed, ContactSettled } from '../../src/contact/contracts/events.js';
import { LiveLineSubscriber } from '../../src/notifications/live-line/live-line.subscriber.js';
import { NotificationsModule } from '../../src/notifications/notifications.module.js';
import { appendEvents } from '../../src/shared/event-log/append-events.js';
import type { LoggedEvent } from '../../src/shared/event-log/domain-event.js';
import { EventRelay } from '../../src/shared/event-log/event-relay.js';
import { Sequencer } from '../../src/shared/event-log/sequencer.js';
import { SUBSCRIPTION, type Subscription } from '../../src/shared/event-log/subscribes.js';
import type { TickedWork, Ticker } from '../../src/shared/ticking/ticker.js';
import { CallClaimed, CallDialing, CallEnded } from '../../src/telephony/contracts/events.js';
import { SequentialIds } from '../support/sequential-ids.js';
import { TestClock } from '../support/test-clock.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';

const AT = '2026-11-22T08:00:00.000Z';

describe('the live line of the terminal', () => {
  let db: TestDatabase;

  beforeAll(async () => {
    db = await openTestDatabase();
  });
  afterAll(() => db.close());

  it('is subscribed only where it was asked for', () => {
    expect(NotificationsModule.forEnvironment({ LIVE_PROGRESS: false }).providers).toEqual([]);
    expect(NotificationsModule.forEnvironment({ LIVE_PROGRESS: true }).providers).toEqual([
      LiveLineSubscriber,
    ]);
  });

  it('prints what the log tells, once, also when events are delivered again', async () => {
    const ids = new SequentialIds();
    const [campaignId, contactId, busyId, liveId] = [ids.next(), ids.next(), ids.next(), ids.next()];
    const of = (entityId: string, version: number) => ({
      entityId,
      version,
      at: new Date(AT),
      campaignId,
      contactId,
    });
    const claim = { attemptNumber: 1, live: 0, limit: 10, globalLive: 0, globalLimit: 1, by: 'worker' };
    await db.dialling.transaction((tx) =>
      appendEvents(tx, [
        CallClaimed.of(of(busyId, 1), claim),
        ContactClaimed.of(of(contactId, 1), { attemptNumber: 1 }),
        CallDialing.of(of(busyId, 2), { slotAt: new Date(AT), offer: 1 }),
        CallEnded.of(of(busyId, 3), { outcome: 'busy', carrierEnd: 'busy', reason: null, isTest: false }),
        ContactSettled.of(of(contactId, 2), {
          from: 'in_progress',
          state: 'not_reached',
          disposition: 'busy',
          nextAttemptAt: new Date(AT),
        }),
        CallClaimed.of({ ...of(liveId, 1), contactId: ids.next() }, claim),
      ]),
    );
    await new Sequencer(db.dialling).sequence();

    const works: TickedWork[] = [];
    const ticker = { register: (work: TickedWork) => works.push(work) } as unknown as Ticker;
    const line = new LiveLineSubscriber(ticker);
    line.onApplicationBootstrap();
    const delivered: LoggedEvent[] = [];
    const subscription = Reflect.getMetadata(SUBSCRIPTION, LiveLineSubscriber) as Subscription;
    await new EventRelay(db.dialling, new TestClock(AT), ids).deliver(subscription, {
      handle: async (event) => {
        delivered.push(event);
        await line.handle(event);
      },
    });
    for (const event of delivered) await line.handle(event);

    const written: string[] = [];
    const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    await works[0]!.work();
    stdout.mockRestore();
    expect(written.join('')).toContain(
      'calls 1 live 1 | completed 0 refused 0 broke off 0 | busy 1 no answer 0 machine 0 failed 0 | waiting for retry 1',
    );
  });
});
