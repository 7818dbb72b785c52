import { Command } from '@nestjs/cqrs';

/** completed → paused. `endsAt` replaces the end: undefined keeps it, null takes it away. */
export class ReopenCampaignCommand extends Command<void> {
  constructor(
    readonly campaignId: string,
    readonly endsAt: string | null | undefined,
  ) {
    super();
  }
}
