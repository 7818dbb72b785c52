import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import { appendEvents } from '../../shared/event-log/append-events.js';
import { CarrierIdentity } from '../../telephony/contracts/call-attempt.js';
import { eventSource, holdCampaign, requireCarrier, standing } from '../campaign-rows.js';
import { resumePausedIfCurrent } from '../campaigns.sql.js';
import { CampaignResumed } from '../contracts/events.js';
import { requireLegal } from '../domain/campaign-machine.js';
import { ResumeCampaignCommand } from './resume-campaign.command.js';

@CommandHandler(ResumeCampaignCommand)
export class ResumeCampaignHandler implements ICommandHandler<ResumeCampaignCommand> {
  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
    private readonly identity: CarrierIdentity,
  ) {}

  async execute({ campaignId }: ResumeCampaignCommand): Promise<void> {
    await this.database.transaction(async (tx) => {
      const paused = await holdCampaign(tx, campaignId);
      requireLegal(standing(paused), 'resume');
      requireCarrier(paused, this.identity);
      const at = await this.clock.now(tx);
      const running = await resumePausedIfCurrent(tx, paused);
      await appendEvents(tx, [CampaignResumed.of(eventSource(running, at), {})]);
    });
  }
}
