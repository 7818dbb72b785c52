import { Injectable, Logger, OnApplicationBootstrap } from '@nestjs/common';
import { Environment } from '../environment/environment.js';
import { Ticker } from '../ticking/ticker.js';
import { EventRetention } from './event-retention.js';

/** Often, so that each run is short: at 1,600 events a second a day's purge is spread over the day. */
const EVERY_MS = 60_000;

/** Lets the log forget what is older than `EVENT_RETENTION_DAYS`; a lease decides which worker does it. */
@Injectable()
export class EventRetentionWorker implements OnApplicationBootstrap {
  private readonly log = new Logger('EventRetention');
  private heldBackBy: string | null = null;

  constructor(
    private readonly environment: Environment,
    private readonly retention: EventRetention,
    private readonly ticker: Ticker,
  ) {}

  onApplicationBootstrap(): void {
    if (this.environment.EVENT_RETENTION_DAYS === 0) return;
    this.ticker.register({ name: 'event-retention', everyMs: EVERY_MS, work: () => this.run() });
  }

  private async run(): Promise<void> {
    const { deleted, heldBackBy } = await this.retention.purge();
    if (deleted > 0)
      this.log.log(`Deleted ${deleted} events older than ${this.environment.EVENT_RETENTION_DAYS} days`);
    if (heldBackBy !== null && heldBackBy !== this.heldBackBy) {
      this.log.warn(`Old events are kept because the subscriber ${heldBackBy} has not passed them`);
    }
    this.heldBackBy = heldBackBy;
  }
}
