import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import { refuseIfAny } from '../../shared/errors/domain-error.js';
import { IdGenerator } from '../../shared/ids/id-generator.js';
import { Surveys } from '../../survey/contracts/surveys.js';
import { layOver, readCampaignBody } from '../campaign-changes.js';
import { defaultPolicy } from '../domain/calling-policy.js';
import { DEFAULT_SETTINGS } from '../domain/campaign-settings.js';
import { writeDraft } from '../write-draft.js';
import { CreateCampaignCommand } from './create-campaign.command.js';

/** Refuses with every problem of the body at once, or stores the draft with its survey's first version. */
@CommandHandler(CreateCampaignCommand)
export class CreateCampaignHandler implements ICommandHandler<CreateCampaignCommand> {
  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
    private readonly surveys: Surveys,
  ) {}

  async execute({ body }: CreateCampaignCommand): Promise<string> {
    const checked = await readCampaignBody(body);
    const blank = { settings: DEFAULT_SETTINGS, policy: defaultPolicy() };
    const { settings, policy, survey, problems } = layOver(blank, checked, this.surveys);
    refuseIfAny('validation_failed', problems);
    const id = this.ids.next();
    await this.database.transaction(async (tx) => {
      const at = await this.clock.now(tx);
      await writeDraft(tx, this.surveys, {
        id,
        settings,
        policy,
        survey: survey ?? null,
        clonedFrom: null,
        at,
      });
    });
    return id;
  }
}
