/**
 * Twilio accepts creates faster than it dials and lets the excess wait. The rate is one of real time, whatever
 * the speed of the story: it is what the customer's own pacing is measured against.
 */
export class DialQueue {
  #nextAtMs = -Infinity;

  /** @param callsPerSecond null: nothing ever waits */
  constructor(private readonly callsPerSecond: number | null) {}

  /** Milliseconds until a call that arrives at `nowMs` (of any steady clock) is dialled. */
  reserve(nowMs: number): number {
    if (this.callsPerSecond === null) return 0;
    const atMs = Math.max(nowMs, this.#nextAtMs);
    this.#nextAtMs = atMs + 1000 / this.callsPerSecond;
    return Math.round(atMs - nowMs);
  }
}
