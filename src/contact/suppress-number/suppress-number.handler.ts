import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import { holdDialGate } from '../../shared/db/locks.js';
import { DomainError } from '../../shared/errors/domain-error.js';
import { parsePhoneNumber } from '../../shared/phone/phone-number.js';
import { HangUpCallsCommand } from '../../telephony/contracts/commands.js';
import { Suppressions } from '../contracts/suppressions.js';
import { readEnteredSuppression, type SuppressionView } from '../rows/suppression.queries.js';
import { SuppressNumberCommand } from './suppress-number.command.js';

/**
 * Holds the dial gate until its COMMIT and takes its time after it: no dial carries a later stamp without having seen
 * the suppression. A live call to the number is hung up after the COMMIT. Repeatable.
 */
@CommandHandler(SuppressNumberCommand)
export class SuppressNumberHandler implements ICommandHandler<SuppressNumberCommand> {
  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
    private readonly suppressions: Suppressions,
    private readonly commands: CommandBus,
  ) {}

  async execute(command: SuppressNumberCommand): Promise<{ added: boolean; suppression: SuppressionView }> {
    const number = parsePhoneNumber(command.phoneNumber, command.defaultRegion);
    if (!number.ok) {
      throw new DomainError('validation_failed', undefined, {
        problems: [{ field: 'phoneNumber', code: number.code, message: `phoneNumber ${number.message}` }],
      });
    }
    const phoneNumber = number.e164;
    const result = await this.database.transaction(async (tx) => {
      await holdDialGate(tx);
      const { added } = await this.suppressions.add(tx, {
        phoneNumber,
        reason: command.reason,
        source: 'operator',
        campaignId: null,
        contactId: null,
        at: await this.clock.now(tx),
      });
      return { added, suppression: (await readEnteredSuppression(tx, phoneNumber))! };
    });
    await this.commands.execute(new HangUpCallsCommand({ phoneNumber }));
    return result;
  }
}
