import { Clock } from '../../src/shared/clock/clock.js';
import { Stopwatch } from '../../src/shared/clock/stopwatch.js';
import { IdGenerator } from '../../src/shared/ids/id-generator.js';
import type { Agenda } from './agenda.js';
import type { Chance } from './chance.js';
import type { Life } from './life.js';

/** The database's time in a simulated world: all workers share it, whatever they believe themselves. */
export class VirtualClock extends Clock {
  constructor(private readonly agenda: Agenda) {
    super();
  }

  override async now(): Promise<Date> {
    return new Date(Math.floor(this.agenda.now));
  }
}

/** A process's own monotonic time; it goes on while the process is frozen. */
export class VirtualStopwatch extends Stopwatch {
  constructor(
    private readonly agenda: Agenda,
    private readonly life: Life,
  ) {
    super();
  }

  override now(): number {
    return this.agenda.now;
  }

  override async wait(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    await new Promise<void>((resolve) => {
      const appointment = this.agenda.in(ms, resolve, this.life);
      signal?.addEventListener('abort', () => {
        appointment.canceled = true;
        resolve();
      });
    });
  }
}

/** Identifiers from the seed, in the shape of UUID version 7 with the virtual time. */
export class SeededIds extends IdGenerator {
  constructor(
    private readonly agenda: Agenda,
    private readonly chance: Chance,
  ) {
    super();
  }

  override next(): string {
    const time = Math.floor(this.agenda.now).toString(16).padStart(12, '0');
    const hex = () => this.chance.integer(0, 0xffff).toString(16).padStart(4, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${hex().slice(1)}-8${hex().slice(1)}-${hex()}${hex()}${hex()}`;
  }
}
