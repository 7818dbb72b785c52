import { Command } from '@nestjs/cqrs';

/** Makes a draft from a body as it was sent; the answer is the new campaign's id. */
export class CreateCampaignCommand extends Command<string> {
  constructor(readonly body: unknown) {
    super();
  }
}
