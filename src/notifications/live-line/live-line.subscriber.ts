import { Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { CampaignCompleted } from '../../campaign/contracts/events.js';
import { ContactSettled } from '../../contact/contracts/events.js';
import type { LoggedEvent } from '../../shared/event-log/domain-event.js';
import { type EventSubscriber, Subscribes } from '../../shared/event-log/subscribes.js';
import { Ticker } from '../../shared/ticking/ticker.js';
import type { CallOutcome } from '../../telephony/contracts/call-attempt.js';
import {
  CallClaimed,
  CallCorrected,
  CallDialing,
  CallEnded,
  CallHungUp,
} from '../../telephony/contracts/events.js';
import { type LiveFact, LiveTally } from '../domain/live-tally.js';
import { LinePrinter } from './line-printer.js';

/**
 * One line on standard output that says how the calls go: what `npm start` shows. Counts from the event log; a repeated
 * delivery is known by its position. It forgets its figures with the process and begins again where the log stood.
 */
@Injectable()
@Subscribes({
  name: 'live-line',
  events: [CallClaimed, CallDialing, CallHungUp, CallEnded, CallCorrected, ContactSettled, CampaignCompleted],
})
export class LiveLineSubscriber implements EventSubscriber, OnApplicationBootstrap {
  private readonly tally = new LiveTally();
  private readonly printer = new LinePrinter(process.stdout);
  private position = 0;

  constructor(private readonly ticker: Ticker) {}

  onApplicationBootstrap(): void {
    this.ticker.register({
      name: 'live-line',
      everyMs: this.printer.everyMs,
      work: async () => {
        if (this.position > 0) this.printer.show(this.tally.line());
      },
    });
  }

  async handle(event: LoggedEvent): Promise<void> {
    if (event.position <= this.position) return;
    this.position = event.position;
    const fact = factOf(event);
    if (fact !== null) this.tally.add(fact);
    if (event.type === CampaignCompleted.type) this.printer.finish(this.tally.line());
  }
}

function factOf(event: LoggedEvent): LiveFact | null {
  const { type, entityId, contactId } = event;
  switch (type) {
    case CallClaimed.type:
      return { kind: 'claimed', attemptId: entityId, contactId: contactId ?? '' };
    case CallDialing.type:
      return { kind: 'offered', attemptId: entityId, offer: (event.payload as { offer: number }).offer };
    case CallHungUp.type:
      return { kind: 'hung_up', attemptId: entityId };
    case CallEnded.type:
      return {
        kind: 'ended',
        attemptId: entityId,
        outcome: (event.payload as { outcome: CallOutcome }).outcome,
      };
    case CallCorrected.type:
      return { kind: 'corrected', ...(event.payload as { from: CallOutcome; to: CallOutcome }) };
    case ContactSettled.type:
      return { kind: 'settled', contactId: entityId, retry: event.payload.nextAttemptAt !== null };
    default:
      return null;
  }
}
