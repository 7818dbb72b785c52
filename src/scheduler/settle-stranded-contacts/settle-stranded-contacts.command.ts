import { Command } from '@nestjs/cqrs';

/** Settles contacts that are in progress without a live attempt. Sent by the tick. */
export class SettleStrandedContactsCommand extends Command<{ settled: number }> {}
