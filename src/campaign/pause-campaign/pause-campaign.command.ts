import { Command } from '@nestjs/cqrs';

/** running → paused: nobody is dialled any more; `hangUp` also ends the calls under way. */
export class PauseCampaignCommand extends Command<void> {
  constructor(
    readonly campaignId: string,
    readonly hangUp: boolean,
  ) {
    super();
  }
}
