import { Injectable } from '@nestjs/common';
import { DiscoveryService, Reflector } from '@nestjs/core';
import { type EventSubscriber, SUBSCRIPTION, type Subscription } from './subscribes.js';

export interface Subscribed {
  subscription: Subscription;
  subscriber: EventSubscriber;
}

/** The durable reactions of this process, found by their decorator. Complete once every module has been built. */
@Injectable()
export class EventSubscribers {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly reflector: Reflector,
  ) {}

  all(): Subscribed[] {
    return this.discovery.getProviders().flatMap(({ instance, metatype }) => {
      if (typeof metatype !== 'function' || !instance) return [];
      const subscription = this.reflector.get<Subscription | undefined>(SUBSCRIPTION, metatype);
      return subscription ? [{ subscription, subscriber: instance as EventSubscriber }] : [];
    });
  }

  named(name: string): Subscribed | undefined {
    return this.all().find(({ subscription }) => subscription.name === name);
  }
}
