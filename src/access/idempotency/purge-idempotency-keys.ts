import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../shared/clock/clock.js';
import { Ticker } from '../../shared/ticking/ticker.js';
import { IdempotencyRows } from './idempotency-rows.js';

const HOUR_MS = 3_600_000;
/** A request is long over by then: its process has died, and nobody will finish the key. */
const OPEN_MS = 24 * HOUR_MS;
/** How long a repetition gets the stored answer. */
const KEPT_MS = 7 * 24 * HOUR_MS;
const BATCH = 1_000;

/** Forgets old keys, hourly. Two processes at it delete the same rows once. */
@Injectable()
export class PurgeIdempotencyKeys implements OnModuleInit {
  constructor(
    private readonly rows: IdempotencyRows,
    private readonly clock: Clock,
    private readonly ticker: Ticker,
  ) {}

  onModuleInit(): void {
    this.ticker.register({ name: 'purge-idempotency-keys', everyMs: HOUR_MS, work: () => this.purge() });
  }

  async purge(): Promise<void> {
    const now = (await this.clock.now()).getTime();
    const bounds = {
      openBefore: new Date(now - OPEN_MS),
      finishedBefore: new Date(now - KEPT_MS),
      limit: BATCH,
    };
    while ((await this.rows.purge(bounds)) === BATCH);
  }
}
