import { Command } from '@nestjs/cqrs';

/** Changes what a body names: everything of a draft; of a running or paused campaign its policy and a few settings. */
export class EditCampaignCommand extends Command<void> {
  constructor(
    readonly campaignId: string,
    readonly body: unknown,
  ) {
    super();
  }
}
