import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import { holdDialGate } from '../../shared/db/locks.js';
import { appendEvents } from '../../shared/event-log/append-events.js';
import { eventSource, holdCampaign, standing } from '../campaign-rows.js';
import { closeCampaignIfCurrent } from '../campaigns.sql.js';
import { CampaignClosing } from '../contracts/events.js';
import { requireLegal } from '../domain/campaign-machine.js';
import { CompleteCampaignCommand } from './complete-campaign.command.js';

/**
 * Only marks the campaign as closing, under the dial gate, so that no later dial is permitted. The people still open
 * and the live calls are the business of `CloseFinishedCampaignsCommand`, which any worker repeats until it is done.
 */
@CommandHandler(CompleteCampaignCommand)
export class CompleteCampaignHandler implements ICommandHandler<CompleteCampaignCommand> {
  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
  ) {}

  async execute({ campaignId }: CompleteCampaignCommand): Promise<void> {
    await this.database.transaction(async (tx) => {
      await holdDialGate(tx);
      const begun = await holdCampaign(tx, campaignId);
      requireLegal(standing(begun), 'complete');
      const at = await this.clock.now(tx);
      const closing = await closeCampaignIfCurrent(tx, begun, at);
      await appendEvents(tx, [CampaignClosing.of(eventSource(closing, at), { reason: 'operator' })]);
    });
  }
}
