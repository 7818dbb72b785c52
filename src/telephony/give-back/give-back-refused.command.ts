import { Command } from '@nestjs/cqrs';

/** Gives back what was claimed and may not be dialled any more, whoever has claimed it. */
export class GiveBackRefusedCommand extends Command<{ givenBack: number }> {
  constructor(readonly which: { campaignId: string } | { contactId: string } | 'all') {
    super();
  }
}
