import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { DiallingDatabase } from '../../shared/db/database.js';
import { CallFacts } from '../facts/call-facts.js';
import { DialIntents } from './dial-intent.js';
import { UnclaimCommand } from './unclaim.command.js';

/** One transaction per attempt, fenced by `claimed` and its claimer: what another worker dials or has taken over stays with it. */
@CommandHandler(UnclaimCommand)
export class UnclaimHandler implements ICommandHandler<UnclaimCommand> {
  constructor(
    private readonly database: DiallingDatabase,
    private readonly clock: Clock,
    private readonly facts: CallFacts,
    private readonly intents: DialIntents,
  ) {}

  async execute({ worker, reason }: UnclaimCommand): Promise<{ unclaimed: number }> {
    const claimed = await this.database.rows<{ id: string }>(
      `SELECT id FROM call_attempts WHERE status = 'claimed' AND claimed_by = $1 ORDER BY contact_id`,
      [worker],
    );
    let unclaimed = 0;
    for (const { id } of claimed) {
      await this.database.transaction(async (tx) => {
        const call = await this.facts.lock(tx, id);
        if (call?.attempt.status !== 'claimed' || call.attempt.claimedBy !== worker) return;
        const at = await this.clock.now(tx);
        await this.intents.unclaim(tx, call, { reason, nextAttemptAt: null, final: false, at });
        unclaimed++;
      });
    }
    return { unclaimed };
  }
}
