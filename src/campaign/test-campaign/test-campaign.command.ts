import { Command } from '@nestjs/cqrs';

/** Rings one phone, as an operator writes its number, with the campaign's survey. */
export class TestCampaignCommand extends Command<{ attemptId: string; contactId: string }> {
  constructor(
    readonly campaignId: string,
    readonly phoneNumber: string,
  ) {
    super();
  }
}
