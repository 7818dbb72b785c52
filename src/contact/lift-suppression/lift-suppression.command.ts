import { Command } from '@nestjs/cqrs';

/** The number may be called again; contacts it made final stay final. */
export class LiftSuppressionCommand extends Command<void> {
  constructor(readonly suppressionId: string) {
    super();
  }
}
