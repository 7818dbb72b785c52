import { Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, Reflector } from '@nestjs/core';
import { EventsHandler, IEventHandler } from '@nestjs/cqrs';
import { CommittedEvent } from './committed-event.js';
import { EventRelay } from './event-relay.js';
import { Sequencer } from './sequencer.js';
import { type EventSubscriber, SUBSCRIPTION, type Subscription } from './subscribes.js';
import { Ticker } from '../ticking/ticker.js';

const SEQUENCE = 'event-sequencer';
/** Polling is the truth; the nudge of this process's own commits only makes it prompt. */
const POLL_MS = 1_000;
const NUDGE_MS = 100;

/** Keeps the log numbered and every subscriber fed, in every worker; locks and leases decide who does it. */
@Injectable()
@EventsHandler(CommittedEvent)
export class EventLogWorker implements OnApplicationBootstrap, IEventHandler<CommittedEvent> {
  private readonly subscribers: { subscription: Subscription; subscriber: EventSubscriber }[] = [];
  private nudge: NodeJS.Timeout | null = null;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly reflector: Reflector,
    private readonly sequencer: Sequencer,
    private readonly relay: EventRelay,
    private readonly ticker: Ticker,
  ) {}

  onApplicationBootstrap(): void {
    for (const { instance, metatype } of this.discovery.getProviders()) {
      if (typeof metatype !== 'function' || !instance) continue;
      const subscription = this.reflector.get<Subscription | undefined>(SUBSCRIPTION, metatype);
      if (subscription) this.subscribers.push({ subscription, subscriber: instance as EventSubscriber });
    }
    this.ticker.register({
      name: SEQUENCE,
      everyMs: POLL_MS,
      work: async () => {
        await this.sequencer.sequence();
        for (const { subscription } of this.subscribers) this.ticker.wake(relayName(subscription));
      },
    });
    for (const { subscription, subscriber } of this.subscribers) {
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
