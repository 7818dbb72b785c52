import { Command } from '@nestjs/cqrs';
import type { FactSource } from '../rows/call-events.js';
import type { CarrierSignal } from '../telephony-port.js';
import type { FactResult } from './call-facts.js';

/** A status callback, or what a look-up told. */
export class ApplyCallSignalCommand extends Command<FactResult> {
  constructor(
    readonly attemptId: string,
    readonly providerCallId: string,
    readonly signal: CarrierSignal,
    readonly source: FactSource,
  ) {
    super();
  }
}
