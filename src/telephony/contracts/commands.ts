import { Command } from '@nestjs/cqrs';

/** Rings one phone with a campaign's survey, outside results. */
export class PlaceTestCallCommand extends Command<{ attemptId: string; contactId: string }> {
  constructor(
    readonly campaignId: string,
    readonly phoneNumber: string,
  ) {
    super();
  }
}

/** Ends live calls at the carrier, as well as that can be done: of a campaign, a number, a contact, or all. */
export class HangUpCallsCommand extends Command<{ asked: number }> {
  constructor(
    readonly which: { campaignId: string } | { contactId: string } | { phoneNumber: string } | 'all',
  ) {
    super();
  }
}
