import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import { holdDialGate } from '../../shared/db/locks.js';
import { appendEvents } from '../../shared/event-log/append-events.js';
import { CallAttempts } from '../../telephony/contracts/call-attempts.js';
import { HangUpCallsCommand } from '../../telephony/contracts/commands.js';
import { eventSource, holdCampaign, standing } from '../campaign-rows.js';
import { pauseRunningIfCurrent } from '../campaigns.sql.js';
import { CampaignPaused } from '../contracts/events.js';
import { requireLegal } from '../domain/campaign-machine.js';
import { PauseCampaignCommand } from './pause-campaign.command.js';

/**
 * The dial gate is held before the row and until COMMIT, and the stamp is taken after it: no call of this campaign is
 * dialled with a later stamp. That its calls are to be hung up is committed with the pause; the carrier is asked after it,
 * and again by recovery until it reports the ends.
 */
@CommandHandler(PauseCampaignCommand)
export class PauseCampaignHandler implements ICommandHandler<PauseCampaignCommand> {
  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
    private readonly commands: CommandBus,
    private readonly attempts: CallAttempts,
  ) {}

  async execute({ campaignId, hangUp }: PauseCampaignCommand): Promise<void> {
    await this.database.transaction(async (tx) => {
      await holdDialGate(tx);
      const running = await holdCampaign(tx, campaignId);
      requireLegal(standing(running), 'pause');
      const at = await this.clock.now(tx);
      const paused = await pauseRunningIfCurrent(tx, running, at);
      await appendEvents(tx, [CampaignPaused.of(eventSource(paused, at), { hangUp })]);
      if (hangUp) await this.attempts.askHangUp(tx, { campaignId }, at);
    });
    if (hangUp) await this.commands.execute(new HangUpCallsCommand({ campaignId }));
  }
}
