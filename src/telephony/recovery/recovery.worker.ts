import { Injectable, OnApplicationBootstrap } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Environment } from '../../shared/environment/environment.js';
import { Ticker } from '../../shared/ticking/ticker.js';
import { Dialler } from '../dial/dialler.js';
import { LookUpCallsCommand, RecoverCallsCommand } from './recover-calls.command.js';

/** Recovery at start and at every tick, in every worker that schedules. */
@Injectable()
export class RecoveryWorker implements OnApplicationBootstrap {
  constructor(
    private readonly commands: CommandBus,
    private readonly ticker: Ticker,
    private readonly dialler: Dialler,
    private readonly environment: Environment,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.environment.SCHEDULER_ENABLED) return;
    this.ticker.register({
      name: 'recover-calls',
      everyMs: this.environment.SCHEDULER_TICK_MS,
      work: async () => {
        const { toDial } = await this.commands.execute(new RecoverCallsCommand());
        for (const { id, campaignId } of toDial) this.dialler.add(id, campaignId);
      },
    });
    this.ticker.register({
      name: 'look-up-calls',
      everyMs: this.environment.SCHEDULER_TICK_MS,
      work: async () => {
        await this.commands.execute(new LookUpCallsCommand());
      },
    });
    this.ticker.wake('recover-calls');
    this.ticker.wake('look-up-calls');
  }
}
