import { Command } from '@nestjs/cqrs';

/** Closes a campaign early; it turns completed when its last live call has ended. */
export class CompleteCampaignCommand extends Command<void> {
  constructor(readonly campaignId: string) {
    super();
  }
}
