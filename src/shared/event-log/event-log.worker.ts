import { Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { EventsHandler, IEventHandler } from '@nestjs/cqrs';
import { Stopwatch } from '../clock/stopwatch.js';
import { Ticker } from '../ticking/ticker.js';
import { CommittedEvent } from './committed-event.js';
import { EventRelay } from './event-relay.js';
import { EventSubscribers } from './event-subscribers.js';
import { Sequencer } from './sequencer.js';
import type { Subscription } from './subscribes.js';

const SEQUENCE = 'event-sequencer';
/** Polling is the truth; the nudge of this process's own commits only makes it prompt. */
const POLL_MS = 1_000;
const NUDGE_MS = 100;

/** Keeps the log numbered and every subscriber fed, in every worker; locks and leases decide who does it. */
@Injectable()
@EventsHandler(CommittedEvent)
export class EventLogWorker implements OnApplicationBootstrap, IEventHandler<CommittedEvent> {
  private nudge: NodeJS.Timeout | null = null;

  constructor(
    private readonly subscribers: EventSubscribers,
    private readonly sequencer: Sequencer,
    private readonly relay: EventRelay,
    private readonly ticker: Ticker,
    private readonly stopwatch: Stopwatch,
  ) {}

  onApplicationBootstrap(): void {
    const subscribed = this.subscribers.all();
    this.ticker.register({
      name: SEQUENCE,
      everyMs: POLL_MS,
      work: async () => {
        await this.sequencer.drain(this.stopwatch);
        for (const { subscription } of subscribed) this.ticker.wake(relayName(subscription));
      },
    });
    for (const { subscription, subscriber } of subscribed) {
      this.ticker.register({
        name: relayName(subscription),
        everyMs: POLL_MS,
        work: async () => {
          await this.relay.deliver(subscription, subscriber);
        },
      });
    }
  }

  handle(): void {
    this.nudge ??= setTimeout(() => {
      this.nudge = null;
      this.ticker.wake(SEQUENCE);
    }, NUDGE_MS).unref();
  }
}

function relayName(subscription: Subscription): string {
  return `subscriber:${subscription.name}`;
}
