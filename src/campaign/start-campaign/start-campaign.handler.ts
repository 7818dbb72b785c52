import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import { refuseIfAny } from '../../shared/errors/domain-error.js';
import { appendEvents } from '../../shared/event-log/append-events.js';
import { CarrierIdentity } from '../../telephony/contracts/call-attempt.js';
import { eventSource, holdCampaign, standing } from '../campaign-rows.js';
import { startDraftIfCurrent } from '../campaigns.sql.js';
import { CampaignStarted } from '../contracts/events.js';
import { requireLegal } from '../domain/campaign-machine.js';
import { COUNTING_LIMITS, LaunchChecks } from '../launch-checks.js';
import { StartCampaignCommand } from './start-campaign.command.js';

/** Everything is checked under the campaign's lock, which edits and imports need too; two starts make one. */
@CommandHandler(StartCampaignCommand)
export class StartCampaignHandler implements ICommandHandler<StartCampaignCommand> {
  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
    private readonly checks: LaunchChecks,
    private readonly identity: CarrierIdentity,
  ) {}

  async execute({ campaignId }: StartCampaignCommand): Promise<void> {
    await this.database.transaction(
      async (tx) => {
        const draft = await holdCampaign(tx, campaignId);
        requireLegal(standing(draft), 'start');
        const at = await this.clock.now(tx);
        const { problems, load } = await this.checks.of(tx, draft, at);
        refuseIfAny('campaign_not_startable', problems);
        const { carrier } = this.identity;
        const running = await startDraftIfCurrent(tx, draft, { carrier, at });
        // The checks have refused a draft without a survey.
        const surveyId = running.surveyId!;
        await appendEvents(tx, [
          CampaignStarted.of(eventSource(running, at), { carrier, surveyId, contacts: load.open }),
        ]);
      },
      { limits: COUNTING_LIMITS },
    );
  }
}
