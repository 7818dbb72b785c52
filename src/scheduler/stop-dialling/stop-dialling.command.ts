import { Command } from '@nestjs/cqrs';
import type { GlobalLimits } from '../contracts/limits.js';

/** Stops dialling everywhere, now; live calls go on unless they are hung up too. */
export class StopDiallingCommand extends Command<GlobalLimits> {
  constructor(
    readonly reason: string,
    readonly hangUp = false,
  ) {
    super();
  }
}

export class ResumeDiallingCommand extends Command<GlobalLimits> {}
