import { Command } from '@nestjs/cqrs';

/** Looks whether this is still the database the calls were made on. Sent at start and by the tick. */
export class WatchDatabaseCommand extends Command<{ changed: boolean }> {}
