import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { DiallingDatabase } from '../../shared/db/database.js';
import { holdDialGate } from '../../shared/db/locks.js';
import type { Tx } from '../../shared/db/tx.js';
import { appendEvents } from '../../shared/event-log/append-events.js';
import { DiallingStopped } from '../contracts/events.js';
import { SettingsRows } from '../settings-rows.js';
import { WatchDatabaseCommand } from './watch-database.command.js';

const REASON =
  'the database was restored or failed over: compare the calls of the last hours at the carrier with the attempts here, then resume';

/**
 * A restored or failed-over database may lack calls that were made: dialling on would ring those people again. Another
 * system identifier or timeline stops dialling until an operator resumes. A mere restart changes neither.
 */
@CommandHandler(WatchDatabaseCommand)
export class WatchDatabaseHandler implements ICommandHandler<WatchDatabaseCommand> {
  constructor(
    private readonly database: DiallingDatabase,
    private readonly clock: Clock,
    private readonly settings: SettingsRows,
  ) {}

  async execute(): Promise<{ changed: boolean }> {
    const seen = await this.database.transaction(async (tx) => ({
      now: await identityOf(tx),
      before: await this.settings.databaseIdentity(tx),
    }));
    if (seen.now === null || seen.now === seen.before) return { changed: false };
    return this.database.transaction(async (tx) => {
      await holdDialGate(tx);
      const limits = await this.settings.lock(tx);
      const before = await this.settings.databaseIdentity(tx);
      await this.settings.rememberDatabase(tx, seen.now!);
      // The very first look finds nothing to compare with.
      if (before === null || before === seen.now) return { changed: false };
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

/** null where the role may not ask: the check is then left to the operators, as the production guide says. */
async function identityOf(tx: Tx): Promise<string | null> {
  const row = await tx.row<{ identity: string | null }>(
    `SELECT CASE WHEN has_function_privilege('pg_control_system()', 'EXECUTE') AND NOT pg_is_in_recovery()
              THEN (SELECT system_identifier::text FROM pg_control_system()) || '/' ||
                   substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END AS identity`,
  );
  return row!.identity;
}
