import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { WebhookDatabase } from '../../shared/db/database.js';
import { TelephonyPort } from '../telephony-port.js';
import { ApplyCallSignalCommand } from './apply-call-signal.command.js';
import { againIfBoundMeanwhile, CallFacts, type FactResult } from './call-facts.js';

/**
 * Stores the fact and its whole effect in one transaction: the carrier is answered after the COMMIT, so what was
 * acknowledged is there after any crash, and a repeated callback finds itself stored.
 */
@CommandHandler(ApplyCallSignalCommand)
export class ApplyCallSignalHandler implements ICommandHandler<ApplyCallSignalCommand> {
  constructor(
    private readonly database: WebhookDatabase,
    private readonly clock: Clock,
    private readonly facts: CallFacts,
    private readonly port: TelephonyPort,
  ) {}

  async execute({ attemptId, providerCallId, signal, source }: ApplyCallSignalCommand): Promise<FactResult> {
    const result = await againIfBoundMeanwhile(() =>
      this.database.transaction(async (tx) =>
        this.facts.apply(tx, { attemptId, providerCallId, signal, source, at: await this.clock.now(tx) }),
      ),
    );
    if (result === 'late' || result === 'unwanted') void this.port.end(providerCallId);
    return result;
  }
}
