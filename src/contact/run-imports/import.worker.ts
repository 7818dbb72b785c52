import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Ticker } from '../../shared/ticking/ticker.js';
import { ImportRunner } from './import-runner.js';

export const IMPORTS_WORK = 'imports';
const EVERY_MS = 1_000;
/** Side by side in one process, so that a small file does not wait for a large one. */
const LANES = 2;

/** Works off uploaded files, in any process; shutdown ends a file between two batches and another worker goes on. */
@Injectable()
export class ImportWorker implements OnModuleInit, OnModuleDestroy {
  private readonly stopping = new AbortController();

  constructor(
    private readonly ticker: Ticker,
    private readonly runner: ImportRunner,
  ) {}

  onModuleInit(): void {
    this.ticker.register({ name: IMPORTS_WORK, everyMs: EVERY_MS, work: () => this.workOff() });
  }

  onModuleDestroy(): void {
    this.stopping.abort();
  }

  private async workOff(): Promise<void> {
    const { signal } = this.stopping;
    const lane = async (): Promise<void> => {
      while (!signal.aborted && (await this.runner.runNext(signal)));
    };
    const lanes = await Promise.allSettled(Array.from({ length: LANES }, lane));
    for (const result of lanes) if (result.status === 'rejected') throw result.reason;
  }
}
