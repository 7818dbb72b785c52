/** Thrown out of a wait when the call it belongs to is over; unwinds the call and is never reported. */
export class CallOver extends Error {}

/**
 * Every delay of the simulated world: seconds of the story divided by the speed.
 * Timestamps are not touched, they stay wall clock. `stop` clears what is pending, so that no timer
 * keeps the process alive.
 */
export class Pace {
  readonly #pending = new Set<() => void>();
  #stopped = false;

  constructor(readonly speed: number) {}

  /** Waits `storyMs` divided by the speed. Rejects with CallOver when the signal fires or the pace stops. */
  wait(storyMs: number, signal?: AbortSignal): Promise<void> {
    return this.waitWallClock(storyMs / this.speed, signal);
  }

  /** Waits real milliseconds: for faults and rates, which the application under test sees in real time. */
  waitWallClock(ms: number, signal?: AbortSignal): Promise<void> {
    if (this.#stopped || signal?.aborted) return Promise.reject(new CallOver());
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(timer);
        this.#pending.delete(abort);
        signal?.removeEventListener('abort', abort);
        finish();
      };
      const abort = () => settle(() => reject(new CallOver()));
      const timer = setTimeout(() => settle(resolve), ms);
      this.#pending.add(abort);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  stop(): void {
    this.#stopped = true;
    for (const abort of this.#pending) abort();
  }
}
