import { Command } from '@nestjs/cqrs';

/** A new draft with the survey, policy and settings of a campaign, without its people and its dates; the answer is its id. */
export class CloneCampaignCommand extends Command<string> {
  constructor(
    readonly campaignId: string,
    readonly name: string | null,
  ) {
    super();
  }
}
