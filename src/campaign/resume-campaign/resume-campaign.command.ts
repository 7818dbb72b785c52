import { Command } from '@nestjs/cqrs';

/** paused → running, on the carrier it was started on. */
export class ResumeCampaignCommand extends Command<void> {
  constructor(readonly campaignId: string) {
    super();
  }
}
