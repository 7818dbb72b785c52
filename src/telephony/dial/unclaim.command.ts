import { Command } from '@nestjs/cqrs';

/** Gives back every attempt that a worker has claimed and not offered. */
export class UnclaimCommand extends Command<{ unclaimed: number }> {
  constructor(
    readonly worker: string,
    readonly reason: string,
  ) {
    super();
  }
}
