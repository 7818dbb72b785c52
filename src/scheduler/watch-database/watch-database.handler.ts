import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { DiallingDatabase } from '../../shared/db/database.js';
import { holdDialGate } from '../../shared/db/locks.js';
import { appendEvents } from '../../shared/event-log/append-events.js';
import { DiallingStopped } from '../contracts/events.js';
import { SettingsRows } from '../settings-rows.js';
import { WatchDatabaseCommand } from './watch-database.command.js';

const REASON =
  'the database was restored or failed over: compare the calls of the last hours at the carrier with the attempts here, then resume';

/**
 * A restored or failed-over database may lack calls that were made: dialling on would ring those people again. Another
 * system identifier or timeline stops dialling until an operator resumes. A mere restart changes neither. Until this looks,
 * claim and dial compare for themselves: workers reconnect sooner than it comes by.
 */
@CommandHandler(WatchDatabaseCommand)
export class WatchDatabaseHandler implements ICommandHandler<WatchDatabaseCommand> {
  constructor(
    private readonly database: DiallingDatabase,
    private readonly clock: Clock,
    private readonly settings: SettingsRows,
  ) {}

  async execute(): Promise<{ changed: boolean }> {
    const seen = await this.database.transaction((tx) => this.settings.databases(tx));
    if (seen.present === null || seen.present === seen.permitted) return { changed: false };
    return this.database.transaction(async (tx) => {
      await holdDialGate(tx);
      const limits = await this.settings.lock(tx);
      const { permitted, present } = await this.settings.databases(tx);
      if (present === null || present === permitted) return { changed: false };
      await this.settings.rememberDatabase(tx, present);
      // The very first look finds nothing to compare with.
      if (permitted === null) return { changed: false };
      const at = await this.clock.now(tx);
      const stopped = {
        ...limits,
        diallingStoppedAt: limits.diallingStoppedAt ?? at,
        diallingStoppedReason: REASON,
      };
      await this.settings.write(tx, stopped, limits.version, at);
      const source = { entityId: 'global', version: limits.version + 1, at };
      await appendEvents(tx, [DiallingStopped.of(source, { reason: REASON })]);
      return { changed: true };
    });
  }
}
