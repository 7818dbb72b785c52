import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import { DomainError } from '../../shared/errors/domain-error.js';
import { appendEvents } from '../../shared/event-log/append-events.js';
import { SuppressionLifted } from '../contracts/events.js';
import { LiftSuppressionCommand } from './lift-suppression.command.js';

/** The row goes, its event stays: the log keeps who was on the list, when, and that it was lifted. */
@CommandHandler(LiftSuppressionCommand)
export class LiftSuppressionHandler implements ICommandHandler<LiftSuppressionCommand> {
  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
  ) {}

  execute({ suppressionId }: LiftSuppressionCommand): Promise<void> {
    return this.database.transaction(async (tx) => {
      const lifted = await tx.row<{ reason: string; campaignId: string | null; contactId: string | null }>(
        `DELETE FROM suppressions
          WHERE id = $1
         RETURNING reason, campaign_id AS "campaignId", contact_id AS "contactId"`,
        [suppressionId],
      );
      if (!lifted) throw new DomainError('suppression_not_found');
      const { reason, campaignId, contactId } = lifted;
      const at = await this.clock.now(tx);
      await appendEvents(tx, [
        SuppressionLifted.of({ entityId: suppressionId, version: 2, at, campaignId, contactId }, { reason }),
      ]);
    });
  }
}
