import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import { IdGenerator } from '../../shared/ids/id-generator.js';
import { Surveys } from '../../survey/contracts/surveys.js';
import { found } from '../campaign-rows.js';
import { readCampaign } from '../campaigns.sql.js';
import { copyName } from '../domain/campaign-settings.js';
import { writeDraft } from '../write-draft.js';
import { CloneCampaignCommand } from './clone-campaign.command.js';

/** Reads without a lock: a survey version never changes, and a policy is one value. */
@CommandHandler(CloneCampaignCommand)
export class CloneCampaignHandler implements ICommandHandler<CloneCampaignCommand> {
  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
    private readonly surveys: Surveys,
  ) {}

  async execute({ campaignId, name }: CloneCampaignCommand): Promise<string> {
    const id = this.ids.next();
    await this.database.transaction(async (tx) => {
      const original = found(await readCampaign(tx, campaignId));
      const survey =
        original.surveyId === null ? null : (await this.surveys.read(tx, original.surveyId)).definition;
      const { language, defaultTimezone, defaultRegion, callerId, completion, policy } = original;
      await writeDraft(tx, this.surveys, {
        id,
        settings: {
          name: name ?? copyName(original.name),
          language,
          defaultTimezone,
          defaultRegion,
          callerId,
          completion,
          startsAt: null,
          endsAt: null,
        },
        policy,
        survey,
        clonedFrom: original.id,
        at: await this.clock.now(tx),
      });
    });
    return id;
  }
}
