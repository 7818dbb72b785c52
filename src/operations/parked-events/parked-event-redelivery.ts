import { Injectable } from '@nestjs/common';
import { DomainError } from '../../shared/errors/domain-error.js';
import { EventRelay } from '../../shared/event-log/event-relay.js';
import { EventSubscribers } from '../../shared/event-log/event-subscribers.js';
import { maskPhoneNumbers } from '../../shared/logging/redact.js';
import type { RedeliverParkedEventsDto, RedeliveryDto } from './parked-events.dto.js';
import { ParkedEventQueries } from './parked-events.queries.js';

/** So many at most in one request, which somebody waits for. */
const MOST = 100;

/**
 * Gives parked events to their subscriber once more. One that fails again stays parked with its new
 * error and does not stop the others. Safe to repeat: what is no longer parked is not delivered.
 */
@Injectable()
export class ParkedEventRedelivery {
  constructor(
    private readonly queries: ParkedEventQueries,
    private readonly subscribers: EventSubscribers,
    private readonly relay: EventRelay,
  ) {}

  async redeliver({ subscriber: name, position }: RedeliverParkedEventsDto): Promise<RedeliveryDto> {
    const subscribed = this.subscribers.named(name);
    if (subscribed === undefined) throw new DomainError('subscriber_not_found');
    const { subscription, subscriber } = subscribed;
    const positions = position === undefined ? await this.queries.positionsOf(name, MOST) : [position];
    const result: RedeliveryDto = { delivered: [], failed: [], remaining: 0 };
    for (const each of positions) {
      const redelivery = await this.relay.redeliver(subscription, subscriber, each);
      if (redelivery.result === 'delivered') result.delivered.push(each);
      if (redelivery.result === 'failed') {
        result.failed.push({ position: each, error: maskPhoneNumbers(redelivery.error) });
      }
    }
    result.remaining = await this.queries.count(name);
    return result;
  }
}
