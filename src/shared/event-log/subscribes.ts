import { SetMetadata } from '@nestjs/common';
import type { EventType, LoggedEvent } from './domain-event.js';

export const SUBSCRIPTION = 'event-log:subscription';

export interface Subscription {
  /** Names the cursor in `subscriber_cursors`; never renamed once in use. */
  name: string;
  types: string[];
}

/** A durable reaction. Delivery is at least once and in the order of the log, so `handle` is idempotent. */
export interface EventSubscriber {
  handle(event: LoggedEvent): Promise<void>;
}

/** Declares a provider as a durable reaction to the given events, fed from the log. */
// oxlint-disable-next-line typescript/no-explicit-any -- a subscription may mix events of any payload
export function Subscribes(subscription: { name: string; events: EventType<any>[] }): ClassDecorator {
  const value: Subscription = {
    name: subscription.name,
    types: subscription.events.map((event) => event.type),
  };
  return SetMetadata(SUBSCRIPTION, value);
}
