import { Command } from '@nestjs/cqrs';

/** draft → running, or every reason why not. */
export class StartCampaignCommand extends Command<void> {
  constructor(readonly campaignId: string) {
    super();
  }
}
