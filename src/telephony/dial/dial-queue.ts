import type { DialLane } from './place-call.command.js';

export interface QueuedDial {
  attemptId: string;
  campaignId: string;
  /** Order of arrival. */
  ordinal: number;
  /** Monotonic milliseconds. */
  notBefore: number;
}

/**
 * First come, first dialled. When a pace has no room, everything behind that pace waits with the one that found out:
 * asking the database for each of them would only say the same. Times are monotonic milliseconds.
 */
export class DialQueue {
  private readonly waiting: QueuedDial[] = [];
  private readonly known = new Set<string>();
  private readonly shutUntil = new Map<string, number>();
  private arrivals = 0;

  add(attemptId: string, campaignId: string): void {
    if (this.known.has(attemptId)) return;
    this.known.add(attemptId);
    this.waiting.push({ attemptId, campaignId, ordinal: this.arrivals++, notBefore: 0 });
  }

  /** The first that may be dialled now. */
  take(now: number): QueuedDial | undefined {
    const index = this.waiting.findIndex((dial) => this.freeAt(dial) <= now);
    return index < 0 ? undefined : this.waiting.splice(index, 1)[0];
  }

  /** Back to its place, until a time that holds for its whole lane. */
  putBack(dial: QueuedDial, lane: DialLane, until: number): void {
    if (lane === 'attempt') dial.notBefore = until;
    else this.shutUntil.set(lane === 'account' ? 'account' : dial.campaignId, until);
    const index = this.waiting.findIndex((other) => other.ordinal > dial.ordinal);
    this.waiting.splice(index < 0 ? this.waiting.length : index, 0, dial);
  }

  done(dial: QueuedDial): void {
    this.known.delete(dial.attemptId);
    if (this.known.size === 0) this.shutUntil.clear();
  }

  /** Milliseconds until somebody may be dialled; undefined when nobody waits. */
  nextAfter(now: number): number | undefined {
    if (this.waiting.length === 0) return undefined;
    return Math.max(0, Math.min(...this.waiting.map((dial) => this.freeAt(dial))) - now);
  }

  private freeAt(dial: QueuedDial): number {
    return Math.max(
      dial.notBefore,
      this.shutUntil.get('account') ?? 0,
      this.shutUntil.get(dial.campaignId) ?? 0,
    );
  }
}
