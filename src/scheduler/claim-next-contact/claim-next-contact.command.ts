import { Command } from '@nestjs/cqrs';

/** Claims as many due contacts as limits, pace and hours allow now. Sent by the tick. */
export class ClaimNextContactCommand extends Command<ClaimReport> {}

export interface ClaimReport {
  /** false when another worker was claiming. */
  held: boolean;
  /** Attempts opened, ready to be dialled. */
  attemptIds: string[];
}
