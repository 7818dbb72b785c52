import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import { holdDialGate } from '../../shared/db/locks.js';
import { appendEvents } from '../../shared/event-log/append-events.js';
import { SettingsChanged } from '../contracts/events.js';
import type { GlobalLimits } from '../contracts/limits.js';
import { SettingsRows } from '../settings-rows.js';
import { ChangeSettingsCommand } from './change-settings.command.js';

/** Holds the dial gate alone: no dial is stamped later than the change without having seen it. */
@CommandHandler(ChangeSettingsCommand)
export class ChangeSettingsHandler implements ICommandHandler<ChangeSettingsCommand> {
  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
    private readonly settings: SettingsRows,
  ) {}

  async execute({ change }: ChangeSettingsCommand): Promise<GlobalLimits> {
    return this.database.transaction(async (tx) => {
      await holdDialGate(tx);
      const before = await this.settings.lock(tx);
      const at = await this.clock.now(tx);
      const after = {
        ...before,
        maxConcurrentCalls: change.maxConcurrentCalls ?? before.maxConcurrentCalls,
        callsPerSecond: change.callsPerSecond ?? before.callsPerSecond,
      };
      await this.settings.write(tx, after, before.version, at);
      const limits = ({ maxConcurrentCalls, callsPerSecond }: GlobalLimits) => ({
        maxConcurrentCalls,
        callsPerSecond,
      });
      await appendEvents(tx, [
        SettingsChanged.of(
          { entityId: 'global', version: before.version + 1, at },
          { before: limits(before), after: limits(after) },
        ),
      ]);
      return { ...after, version: before.version + 1 };
    });
  }
}
