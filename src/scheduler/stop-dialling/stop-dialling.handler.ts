import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import { holdDialGate } from '../../shared/db/locks.js';
import { DomainError } from '../../shared/errors/domain-error.js';
import { appendEvents } from '../../shared/event-log/append-events.js';
import { CallAttempts } from '../../telephony/contracts/call-attempts.js';
import { DiallingResumed, DiallingStopped } from '../contracts/events.js';
import type { GlobalLimits } from '../contracts/limits.js';
import { SettingsRows } from '../settings-rows.js';
import { ResumeDiallingCommand, StopDiallingCommand } from './stop-dialling.command.js';

/**
 * Once it has committed no call is dialled any more: the stop is stamped while it holds the dial gate alone. That all calls
 * are to be hung up is committed with it. Calls whose rows are not to be had in time do not keep the dialling going:
 * then it is stopped at least, and the caller gets the error. Repeatable.
 */
@CommandHandler(StopDiallingCommand)
export class StopDiallingHandler implements ICommandHandler<StopDiallingCommand> {
  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
    private readonly settings: SettingsRows,
    private readonly attempts: CallAttempts,
  ) {}

  async execute({ reason, hangUp }: StopDiallingCommand): Promise<GlobalLimits> {
    try {
      return await this.stop(reason, hangUp);
    } catch (error) {
      if (!hangUp) throw error;
      await this.stop(reason, false);
      throw new DomainError(
        'temporarily_unavailable',
        'Dialling is stopped. The calls under way could not be hung up: repeat the request.',
      );
    }
  }

  private async stop(reason: string, hangUp: boolean): Promise<GlobalLimits> {
    return this.database.transaction(async (tx) => {
      await holdDialGate(tx);
      const before = await this.settings.lock(tx);
      const at = await this.clock.now(tx);
      if (hangUp) await this.attempts.askHangUp(tx, 'all', at);
      if (before.diallingStoppedAt !== null) return before;
      const after = { ...before, diallingStoppedAt: at, diallingStoppedReason: reason };
      await this.settings.write(tx, after, before.version, at);
      await appendEvents(tx, [
        DiallingStopped.of({ entityId: 'global', version: before.version + 1, at }, { reason }),
      ]);
      return { ...after, version: before.version + 1 };
    });
  }
}

/** Lets dialling go on; a no-op when it was not stopped. */
@CommandHandler(ResumeDiallingCommand)
export class ResumeDiallingHandler implements ICommandHandler<ResumeDiallingCommand> {
  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
    private readonly settings: SettingsRows,
  ) {}

  async execute(): Promise<GlobalLimits> {
    return this.database.transaction(async (tx) => {
      const before = await this.settings.lock(tx);
      if (before.diallingStoppedAt === null) return before;
      const at = await this.clock.now(tx);
      const after = { ...before, diallingStoppedAt: null, diallingStoppedReason: null };
      await this.settings.write(tx, after, before.version, at);
      await appendEvents(tx, [
        DiallingResumed.of({ entityId: 'global', version: before.version + 1, at }, {}),
      ]);
      return { ...after, version: before.version + 1 };
    });
  }
}
