import { BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { CommandBus, EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { Environment } from '../../shared/environment/environment.js';
import { CommittedEvent } from '../../shared/event-log/committed-event.js';
import { Ticker } from '../../shared/ticking/ticker.js';
import { CallClaimed } from '../contracts/events.js';
import { PlaceCallCommand } from './place-call.command.js';
import { UnclaimCommand } from './unclaim.command.js';

/** Dials under way at once in this process; the pace is kept by the slots. */
const CONCURRENCY = 50;

/**
 * Dials what this process has claimed or found. It holds nothing that matters: an attempt that is dropped here stays
 * `claimed` in its row and is dialled by whoever finds it next.
 */
@Injectable()
@EventsHandler(CommittedEvent)
export class Dialler implements IEventHandler<CommittedEvent>, BeforeApplicationShutdown {
  private readonly log = new Logger('Dialler');
  private readonly waiting: string[] = [];
  private readonly known = new Set<string>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly underWay = new Set<Promise<void>>();
  private stopping = false;

  constructor(
    private readonly commands: CommandBus,
    private readonly ticker: Ticker,
    private readonly environment: Environment,
  ) {}

  handle({ event }: CommittedEvent): void {
    if (event.type === CallClaimed.type) this.add(event.entityId);
  }

  /** Takes an attempt on, once. */
  add(attemptId: string): void {
    if (this.stopping || this.known.has(attemptId)) return;
    this.known.add(attemptId);
    this.waiting.push(attemptId);
    this.next();
  }

  private next(): void {
    while (!this.stopping && this.underWay.size < CONCURRENCY) {
      const attemptId = this.waiting.shift();
      if (attemptId === undefined) return;
      const dial = this.dial(attemptId).finally(() => {
        this.underWay.delete(dial);
        this.next();
      });
      this.underWay.add(dial);
    }
  }

  private async dial(attemptId: string): Promise<void> {
    this.known.delete(attemptId);
    try {
      const report = await this.commands.execute(new PlaceCallCommand(attemptId));
      if (report.kind === 'wait' || report.kind === 'requeued') this.again(attemptId, report.waitMs);
    } catch (error) {
      // The row says how far it came; recovery goes on from there.
      this.log.warn(`dial ${attemptId}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private again(attemptId: string, waitMs: number): void {
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        this.add(attemptId);
      },
      Math.max(10, waitMs),
    );
    this.timers.add(timer);
  }

  /** Claiming stops, what was not offered is given back, creates in flight are awaited within the grace. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.ticker.stop('claim-next-contact');
    await this.ticker.stop('recover-calls');
    this.stopping = true;
    for (const timer of this.timers) clearTimeout(timer);
    const grace = new Promise<void>((resolve) =>
      setTimeout(resolve, this.environment.SHUTDOWN_GRACE_MS).unref(),
    );
    const drained = Promise.allSettled([
      ...this.underWay,
      this.commands.execute(new UnclaimCommand(this.environment.WORKER_NAME, 'shutdown')),
    ]).then(() => undefined);
    await Promise.race([drained, grace]);
  }
}
