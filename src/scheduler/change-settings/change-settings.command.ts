import { Command } from '@nestjs/cqrs';
import type { GlobalLimits } from '../contracts/limits.js';

/** Changes the global limits; effective with the next tick and the next dial. */
export class ChangeSettingsCommand extends Command<GlobalLimits> {
  constructor(readonly change: { maxConcurrentCalls?: number; callsPerSecond?: number }) {
    super();
  }
}
