import { Command } from '@nestjs/cqrs';

/** Takes up whatever a crash, a lost callback or an unknown result has left. Sent at start and by every tick. */
export class RecoverCallsCommand extends Command<RecoveryReport> {}

export interface RecoveryReport {
  /** Claimed attempts nobody was dialling; to be dialled now. */
  toDial: { id: string; campaignId: string }[];
  /** Attempts looked at otherwise. */
  examined: number;
}
