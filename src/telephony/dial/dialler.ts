import { BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { CommandBus, EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { Stopwatch } from '../../shared/clock/stopwatch.js';
import { Environment } from '../../shared/environment/environment.js';
import { CommittedEvent } from '../../shared/event-log/committed-event.js';
import { Ticker } from '../../shared/ticking/ticker.js';
import { CallClaimed } from '../contracts/events.js';
import { DialQueue, type QueuedDial } from './dial-queue.js';
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
  private readonly queue = new DialQueue();
  private readonly underWay = new Set<Promise<void>>();
  private alarm = new AbortController();
  private stopping = false;

  constructor(
    private readonly commands: CommandBus,
    private readonly ticker: Ticker,
    private readonly environment: Environment,
    private readonly stopwatch: Stopwatch,
  ) {}

  handle({ event }: CommittedEvent): void {
    if (event.type === CallClaimed.type) this.add(event.entityId, event.campaignId!);
  }

  /** Takes an attempt on, once. */
  add(attemptId: string, campaignId: string): void {
    if (this.stopping) return;
    this.queue.add(attemptId, campaignId);
    this.next();
  }

  private next(): void {
    this.alarm.abort();
    while (!this.stopping && this.underWay.size < CONCURRENCY) {
      const dial = this.queue.take(this.stopwatch.now());
      if (dial === undefined) break;
      const work = this.dial(dial).finally(() => {
        this.underWay.delete(work);
        this.next();
      });
      this.underWay.add(work);
    }
    const waitMs = this.queue.nextAfter(this.stopwatch.now());
    if (waitMs !== undefined && !this.stopping) this.nextIn(Math.max(10, waitMs));
  }

  private nextIn(ms: number): void {
    const { signal } = (this.alarm = new AbortController());
    void this.stopwatch.wait(ms, signal).then(() => {
      if (!signal.aborted) this.next();
    });
  }

  private async dial(dial: QueuedDial): Promise<void> {
    try {
      const report = await this.commands.execute(new PlaceCallCommand(dial.attemptId));
      if (report.kind === 'wait') this.queue.putBack(dial, report.lane, this.stopwatch.now() + report.waitMs);
      else if (report.kind === 'requeued')
        this.queue.putBack(dial, 'attempt', this.stopwatch.now() + report.waitMs);
      else this.queue.done(dial);
    } catch (error) {
      // The row says how far it came; recovery goes on from there.
      this.queue.done(dial);
      this.log.warn(`dial ${dial.attemptId}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** Claiming stops, what was not offered is given back, creates in flight are awaited within the grace. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.ticker.stop('claim-next-contact');
    await this.ticker.stop('recover-calls');
    this.stopping = true;
    this.alarm.abort();
    const drained = new AbortController();
    const grace = this.stopwatch.wait(this.environment.SHUTDOWN_GRACE_MS, drained.signal);
    await Promise.race([this.drain(), grace]);
    drained.abort();
  }

  /** Given back before the creates in flight are awaited, and again after: one of them may have been refused. */
  private async drain(): Promise<void> {
    const unclaim = () => this.commands.execute(new UnclaimCommand(this.environment.WORKER_NAME, 'shutdown'));
    await unclaim().catch((error: unknown) => this.log.warn(`un-claim: ${String(error)}`));
    await Promise.allSettled(this.underWay);
    await unclaim().catch((error: unknown) => this.log.warn(`un-claim: ${String(error)}`));
  }
}
