import { Injectable } from '@nestjs/common';
import { Clock } from '../clock/clock.js';
import { DiallingDatabase } from '../db/database.js';
import { IdGenerator } from '../ids/id-generator.js';
import type { LoggedEvent } from './domain-event.js';
import { eventsBetween, logBounds, parkedEvent, STRETCH } from './log-reading.js';
import { parkAgain, unpark } from './parked-events.sql.js';
import {
  advanceIfLeased,
  type Lease,
  LEASE_MS,
  leaseCursorIfFree,
  noteFailureIfLeased,
  parkIfLeased,
  releaseIfLeased,
} from './subscriber-cursors.js';
import type { EventSubscriber, Subscription } from './subscribes.js';

const BATCH = 200;
/** Stops here and lets the next call go on, so that a backlog does not hold up a shutdown. */
const DELIVER_FOR_MS = 2_000;
/** Between two events a worker that has had its lease for this long renews it, or learns that it has lost it. */
const RENEW_AFTER_MS = LEASE_MS / 3;
/** After this many failures the event is parked and the subscriber goes on with the next. */
const FAILURES_BEFORE_PARKING = 8;
const LONGEST_PAUSE_MS = 60_000;

/** `delivered` is off the shelf, `failed` stays on it with its new error, `absent` was not on it. */
export type Redelivery = { result: 'delivered' | 'absent' } | { result: 'failed'; error: string };

/** What one worker knows while it delivers to one subscriber. */
interface Round {
  lease: Lease;
  subscription: Subscription;
  subscriber: EventSubscriber;
  /** The last event that was handled, and how far of that the cursor tells. */
  position: number;
  stored: number;
  failures: number;
  renewedAt: Date;
  handled: number;
}

/**
 * Feeds subscribers from the log. A leased cursor makes one worker at a time deliver, in the order of the positions; it
 * moves after the reaction was awaited, so a crash in between delivers again. What fails again and again is parked.
 */
@Injectable()
export class EventRelay {
  constructor(
    private readonly database: DiallingDatabase,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
  ) {}

  /** Delivers what is there, for some seconds at most; returns how many events were handled. */
  async deliver(subscription: Subscription, subscriber: EventSubscriber): Promise<number> {
    const lease = { subscriber: subscription.name, token: this.ids.next() };
    const at = await this.clock.now();
    const cursor = await leaseCursorIfFree(this.database, lease, at);
    if (cursor === null) return 0;
    const { position, failures } = cursor;
    const round: Round = {
      lease,
      subscription,
      subscriber,
      position,
      stored: position,
      failures,
      renewedAt: at,
      handled: 0,
    };
    const until = at.getTime() + DELIVER_FOR_MS;
    try {
      while ((await this.deliverStretch(round)) && (await this.clock.now()).getTime() < until);
      return round.handled;
    } finally {
      await releaseIfLeased(this.database, lease);
    }
  }

  /** Delivers a parked event once more. It comes after younger ones, and comes twice if the worker dies at it. */
  async redeliver(
    subscription: Subscription,
    subscriber: EventSubscriber,
    position: number,
  ): Promise<Redelivery> {
    const place = { subscriber: subscription.name, position };
    const event = await parkedEvent(this.database, place);
    if (event === undefined) return { result: 'absent' };
    try {
      await subscriber.handle(event);
    } catch (thrown) {
      const error = messageOf(thrown);
      const parked = await parkAgain(this.database, place, { error, at: await this.clock.now() });
      return parked ? { result: 'failed', error } : { result: 'absent' };
    }
    return { result: (await unpark(this.database, place)) ? 'delivered' : 'absent' };
  }

  /** One stretch of the log; true when there may be more behind it. */
  private async deliverStretch(round: Round): Promise<boolean> {
    // Read before the events: whatever has a position up to the head is committed, so the reading after sees all of it.
    const { head, retainedFrom } = await logBounds(this.database);
    const after = Math.max(round.position, retainedFrom - 1);
    const upTo = Math.min(head, after + STRETCH);
    if (upTo <= after) return false;
    const span = { after, upTo, limit: BATCH };
    const events = await eventsBetween(this.database, round.subscription.types, span);
    for (const event of events) {
      if (!(await this.stillOurs(round))) return false;
      try {
        await round.subscriber.handle(event);
      } catch (error) {
        await this.fail(round, event, messageOf(error));
        return false;
      }
      round.position = event.position;
      round.handled++;
    }
    // One write for the whole batch: after a crash it is delivered again, which reactions must bear anyway.
    const reached = events.length < BATCH ? upTo : round.position;
    return this.advance(round, reached, await this.clock.now());
  }

  /** A worker that was frozen or slow must not run ahead of the one that took over. */
  private async stillOurs(round: Round): Promise<boolean> {
    const at = await this.clock.now();
    if (at.getTime() - round.renewedAt.getTime() < RENEW_AFTER_MS) return true;
    return this.advance(round, round.position, at);
  }

  private async advance(round: Round, position: number, at: Date): Promise<boolean> {
    if (!(await advanceIfLeased(this.database, round.lease, position, at))) return false;
    if (position > round.stored) round.failures = 0;
    Object.assign(round, { position, stored: position, renewedAt: at });
    return true;
  }

  private async fail(round: Round, event: LoggedEvent, error: string): Promise<void> {
    const at = await this.clock.now();
    if (round.position > round.stored && !(await this.advance(round, round.position, at))) return;
    const failures = round.failures + 1;
    if (failures >= FAILURES_BEFORE_PARKING) {
      await parkIfLeased(this.database, round.lease, event, { error, at });
      return;
    }
    const retryAt = new Date(at.getTime() + Math.min(LONGEST_PAUSE_MS, 250 * 2 ** failures));
    await noteFailureIfLeased(this.database, round.lease, { failures, error, retryAt });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
