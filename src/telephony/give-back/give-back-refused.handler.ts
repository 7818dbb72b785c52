import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { DialPermission } from '../../scheduler/contracts/dial-permission.js';
import { Clock } from '../../shared/clock/clock.js';
import { DiallingDatabase } from '../../shared/db/database.js';
import type { Tx } from '../../shared/db/tx.js';
import { DialIntents } from '../dial/dial-intent.js';
import { CallFacts } from '../facts/call-facts.js';
import { GiveBackRefusedCommand } from './give-back-refused.command.js';

/**
 * One transaction per attempt, fenced by `claimed`; each asks again whether it may be dialled, so that a resume in between
 * takes nothing away. It only makes it prompt: an attempt that is missed is given back when its dial is refused.
 */
@CommandHandler(GiveBackRefusedCommand)
export class GiveBackRefusedHandler implements ICommandHandler<GiveBackRefusedCommand> {
  constructor(
    private readonly database: DiallingDatabase,
    private readonly clock: Clock,
    private readonly facts: CallFacts,
    private readonly permission: DialPermission,
    private readonly intents: DialIntents,
  ) {}

  async execute({ which }: GiveBackRefusedCommand): Promise<{ givenBack: number }> {
    const campaignId = which !== 'all' && 'campaignId' in which ? which.campaignId : null;
    const contactId = which !== 'all' && 'contactId' in which ? which.contactId : null;
    const claimed = await this.database.rows<{ id: string }>(
      `SELECT id FROM call_attempts
        WHERE status = 'claimed' AND ($1::uuid IS NULL OR campaign_id = $1) AND ($2::uuid IS NULL OR contact_id = $2)
        ORDER BY contact_id`,
      [campaignId, contactId],
    );
    let givenBack = 0;
    for (const { id } of claimed) {
      if (await this.database.transaction((tx) => this.giveBack(tx, id))) givenBack++;
    }
    return { givenBack };
  }

  private async giveBack(tx: Tx, attemptId: string): Promise<boolean> {
    const call = await this.facts.lock(tx, attemptId);
    if (call?.attempt.status !== 'claimed') return false;
    const at = await this.clock.now(tx);
    const { contactability } = await this.permission.ask(tx, { contactId: call.contact.id, attemptId, at });
    if (contactability.permitted) return false;
    const { reason, nextPermittedAt, final } = contactability;
    await this.intents.unclaim(tx, call, { reason, nextAttemptAt: nextPermittedAt, final, at });
    return true;
  }
}
