import { Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CloseFinishedCampaignsCommand } from '../campaign/contracts/commands.js';
import { Metrics } from '../operations/contracts/metrics.js';
import { Environment } from '../shared/environment/environment.js';
import { Ticker } from '../shared/ticking/ticker.js';
import { SettleStrandedContactsCommand } from './settle-stranded-contacts/settle-stranded-contacts.command.js';
import { WatchDatabaseCommand } from './watch-database/watch-database.command.js';
import { ClaimNextContactCommand } from './claim-next-contact/claim-next-contact.command.js';

const CLOSE_EVERY_MS = 1_000;
const STRANDED_EVERY_MS = 10_000;
const WATCH_EVERY_MS = 5_000;

/** The cron that drives the scheduler in every worker. It never waits for the carrier: dialling follows by itself. */
@Injectable()
export class Tick implements OnApplicationBootstrap {
  constructor(
    private readonly ticker: Ticker,
    private readonly commands: CommandBus,
    private readonly environment: Environment,
    private readonly metrics: Metrics,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.environment.SCHEDULER_ENABLED) return;
    // Before anybody is claimed or dialled here.
    await this.commands.execute(new WatchDatabaseCommand());
    this.ticker.register({
      name: 'watch-database',
      everyMs: WATCH_EVERY_MS,
      work: async () => {
        await this.commands.execute(new WatchDatabaseCommand());
      },
    });
    this.ticker.register({
      name: 'claim-next-contact',
      everyMs: this.environment.SCHEDULER_TICK_MS,
      work: async () => {
        const { attemptIds } = await this.commands.execute(new ClaimNextContactCommand());
        if (attemptIds.length > 0) this.metrics.claimed(attemptIds.length);
      },
    });
    this.ticker.register({
      name: 'settle-stranded-contacts',
      everyMs: STRANDED_EVERY_MS,
      work: async () => {
        await this.commands.execute(new SettleStrandedContactsCommand());
      },
    });
    this.ticker.register({
      name: 'close-finished-campaigns',
      everyMs: CLOSE_EVERY_MS,
      work: async () => {
        await this.commands.execute(new CloseFinishedCampaignsCommand());
      },
    });
  }
}
