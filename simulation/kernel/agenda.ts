import type { Life } from './life.js';

export interface Appointment {
  at: number;
  /** Order among appointments of the same instant. */
  ordinal: number;
  life: Life | null;
  run: () => void | Promise<void>;
  canceled: boolean;
}

/**
 * Virtual time. Everything that happens is an appointment; one runs at a time, in the order of time and then of arrival,
 * and the next one runs only when all that the last one set going has come to wait for an appointment of its own.
 */
export class Agenda {
  /** Milliseconds since the epoch. */
  now: number;
  steps = 0;
  private readonly heap: Appointment[] = [];
  private ordinals = 0;

  constructor(startAt: number) {
    this.now = startAt;
  }

  get size(): number {
    return this.heap.length;
  }

  /** An appointment with a life is kept while that life is frozen, and dropped when it has ended. */
  at(time: number, run: Appointment['run'], life: Life | null = null): Appointment {
    const appointment = {
      at: Math.max(time, this.now),
      ordinal: this.ordinals++,
      life,
      run,
      canceled: false,
    };
    this.push(appointment);
    return appointment;
  }

  in(ms: number, run: Appointment['run'], life: Life | null = null): Appointment {
    return this.at(this.now + ms, run, life);
  }

  /** Does what comes next; false when nothing is left to do. */
  async step(): Promise<boolean> {
    const next = this.pop();
    if (next === undefined) return false;
    if (next.canceled || next.life?.ended === true) return true;
    if (next.life !== null && next.life.frozenUntil > next.at) {
      next.at = next.life.frozenUntil;
      this.push(next);
      return true;
    }
    this.now = next.at;
    this.steps++;
    await next.run();
    // Promises that were settled run on until each waits for an appointment: nothing in a step waits for real time.
    await new Promise((resolve) => setImmediate(resolve));
    return true;
  }

  private push(appointment: Appointment): void {
    const { heap } = this;
    let index = heap.push(appointment) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(heap[index]!, heap[parent]!)) break;
      [heap[index], heap[parent]] = [heap[parent]!, heap[index]!];
      index = parent;
    }
  }

  private pop(): Appointment | undefined {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || heap.length === 0) return first;
    heap[0] = last!;
    for (let index = 0; ;) {
      const left = 2 * index + 1;
      if (left >= heap.length) return first;
      const right = left + 1;
      const least = right < heap.length && isBefore(heap[right]!, heap[left]!) ? right : left;
      if (!isBefore(heap[least]!, heap[index]!)) return first;
      [heap[index], heap[least]] = [heap[least]!, heap[index]!];
      index = least;
    }
  }
}

function isBefore(a: Appointment, b: Appointment): boolean {
  return a.at < b.at || (a.at === b.at && a.ordinal < b.ordinal);
}
