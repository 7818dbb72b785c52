import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import { refuseIfAny } from '../../shared/errors/domain-error.js';
import { appendEvents } from '../../shared/event-log/append-events.js';
import { eventSource, holdCampaign, standing } from '../campaign-rows.js';
import { reopenCompletedIfCurrent } from '../campaigns.sql.js';
import { CampaignReopened } from '../contracts/events.js';
import { requireLegal } from '../domain/campaign-machine.js';
import { mergeSettings } from '../domain/campaign-settings.js';
import { endProblems } from '../domain/launch-checks.js';
import { ReopenCampaignCommand } from './reopen-campaign.command.js';

/**
 * Nobody becomes open again by it: contacts stay final, new ones may be added. An end that is past must be replaced,
 * or the campaign would close at the next tick.
 */
@CommandHandler(ReopenCampaignCommand)
export class ReopenCampaignHandler implements ICommandHandler<ReopenCampaignCommand> {
  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
  ) {}

  async execute({ campaignId, endsAt }: ReopenCampaignCommand): Promise<void> {
    await this.database.transaction(async (tx) => {
      const completed = await holdCampaign(tx, campaignId);
      requireLegal(standing(completed), 'reopen');
      const at = await this.clock.now(tx);
      const { settings, problems } = mergeSettings(completed, { endsAt });
      refuseIfAny('validation_failed', [...problems, ...endProblems(settings.endsAt, at)]);
      const paused = await reopenCompletedIfCurrent(tx, completed, { at, endsAt: settings.endsAt });
      await appendEvents(tx, [CampaignReopened.of(eventSource(paused, at), { endsAt: settings.endsAt })]);
    });
  }
}
