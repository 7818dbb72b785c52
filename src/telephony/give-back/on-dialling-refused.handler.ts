import { Logger } from '@nestjs/common';
import { CommandBus, EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { CampaignClosing, CampaignPaused } from '../../campaign/contracts/events.js';
import { ContactSettled } from '../../contact/contracts/events.js';
import { DiallingStopped } from '../../scheduler/contracts/events.js';
import { CommittedEvent } from '../../shared/event-log/committed-event.js';
import type { DomainEvent } from '../../shared/event-log/domain-event.js';
import { GiveBackRefusedCommand } from './give-back-refused.command.js';

/**
 * A claimed attempt may be waiting, for its pace or because the carrier has put it off; when its campaign is paused or
 * closes, everything is stopped or its contact is taken out, there is nothing left to wait for.
 */
@EventsHandler(CommittedEvent)
export class OnDiallingRefused implements IEventHandler<CommittedEvent> {
  private readonly log = new Logger('OnDiallingRefused');

  constructor(private readonly commands: CommandBus) {}

  handle({ event }: CommittedEvent): void {
    const which = refusedBy(event);
    if (which === null) return;
    this.commands
      .execute(new GiveBackRefusedCommand(which))
      .catch((error: unknown) => this.log.warn(`given back later: ${String(error)}`));
  }
}

function refusedBy(event: DomainEvent): GiveBackRefusedCommand['which'] | null {
  switch (event.type) {
    case DiallingStopped.type:
      return 'all';
    case CampaignPaused.type:
    case CampaignClosing.type:
      return { campaignId: event.campaignId! };
    case ContactSettled.type:
      // Settled by nobody's call: suppressed or withdrawn while a claim of it stood.
      return event.attemptId === null && event.payload.from === 'in_progress'
        ? { contactId: event.entityId }
        : null;
    default:
      return null;
  }
}
