import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiDatabase } from '../../shared/db/database.js';
import { HangUpCallsCommand } from '../contracts/commands.js';
import { callsAskedToHangUp } from '../rows/hang-ups.sql.js';
import { TelephonyPort } from '../telephony-port.js';

const CONCURRENCY = 8;

/**
 * Asks the carrier to end the calls whose hang-up was noted (`CallAttempts.askHangUp`), as far as their ids are known; a
 * call that is bound later is ended then. It only makes it prompt: what is not asked here, or in vain, is asked by
 * recovery. The ends come back as callbacks like any other.
 */
@CommandHandler(HangUpCallsCommand)
export class HangUpCallsHandler implements ICommandHandler<HangUpCallsCommand> {
  constructor(
    private readonly database: ApiDatabase,
    private readonly port: TelephonyPort,
  ) {}

  async execute({ which }: HangUpCallsCommand): Promise<{ asked: number }> {
    const asked = await callsAskedToHangUp(this.database, which);
    for (let from = 0; from < asked.length; from += CONCURRENCY) {
      const some = asked.slice(from, from + CONCURRENCY);
      await Promise.all(some.map(({ providerCallId }) => this.port.end(providerCallId)));
    }
    return { asked: asked.length };
  }
}
