import { BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';

export interface TickedWork {
  name: string;
  everyMs: number;
  work: () => Promise<void>;
}

interface Registered extends TickedWork {
  running: Promise<void> | null;
  /** Woken while it ran: runs once more at once. */
  again: boolean;
}

/**
 * Periodic work of this process: cron for whole seconds, an interval below or between. A piece of work never overlaps
 * with itself, an error ends one run and not the work, and shutdown waits for the run under way. Across processes the
 * work itself takes a lock or a lease.
 */
@Injectable()
export class Ticker implements BeforeApplicationShutdown {
  private readonly log = new Logger('Ticker');
  private readonly works = new Map<string, Registered>();
  private stopping = false;

  constructor(private readonly registry: SchedulerRegistry) {}

  register(work: TickedWork): void {
    const registered: Registered = { ...work, running: null, again: false };
    this.works.set(work.name, registered);
    if (work.everyMs % 1_000 === 0 && 60_000 % work.everyMs === 0 && work.everyMs < 60_000) {
      const cron = CronJob.from({
        cronTime: `*/${work.everyMs / 1_000} * * * * *`,
        onTick: () => this.run(registered),
      });
      this.registry.addCronJob(work.name, cron as never);
      cron.start();
    } else {
      this.registry.addInterval(
        work.name,
        setInterval(() => this.run(registered), work.everyMs),
      );
    }
  }

  /** Runs a work now, or once more after the run under way. */
  wake(name: string): void {
    const work = this.works.get(name);
    if (work === undefined) return;
    if (work.running !== null) work.again = true;
    else this.run(work);
  }

  /** Stops one work for good and waits for the run under way. */
  async stop(name: string): Promise<void> {
    const work = this.works.get(name);
    if (work === undefined) return;
    this.works.delete(name);
    if (this.registry.doesExist('cron', name)) this.registry.deleteCronJob(name);
    if (this.registry.doesExist('interval', name)) this.registry.deleteInterval(name);
    work.again = false;
    await work.running;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    await Promise.all([...this.works.keys()].map((name) => this.stop(name)));
  }

  private run(work: Registered): void {
    if (this.stopping || work.running !== null) return;
    work.running = work
      .work()
      .catch((error: unknown) =>
        this.log.error(`${work.name}: ${error instanceof Error ? error.message : String(error)}`),
      )
      .finally(() => {
        work.running = null;
        if (work.again && this.works.has(work.name)) {
          work.again = false;
          this.run(work);
        }
      });
  }
}
