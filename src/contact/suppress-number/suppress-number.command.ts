import { Command } from '@nestjs/cqrs';
import type { SuppressionView } from '../rows/suppression.queries.js';

/** An operator puts a number on the do-not-call list. `phoneNumber` in any spelling. */
export class SuppressNumberCommand extends Command<{ added: boolean; suppression: SuppressionView }> {
  constructor(
    readonly phoneNumber: string,
    readonly defaultRegion: string | null,
    readonly reason: string,
  ) {
    super();
  }
}
