import { Command } from '@nestjs/cqrs';

/** Takes up what a crash has left and our own rows can decide. Sent at start and by every tick. */
export class RecoverCallsCommand extends Command<RecoveryReport> {}

export interface RecoveryReport {
  /** Claimed attempts nobody was dialling; to be dialled now. */
  toDial: { id: string; campaignId: string }[];
}

/** Asks the carrier about calls that only it can decide. Apart from the other: a slow carrier must not hold that up. */
export class LookUpCallsCommand extends Command<void> {}
