/** The bounds of the dial protocol, in milliseconds; environment.ts explains each. */
export interface RecoveryBounds {
  createTimeoutMs: number;
  createGraceMs: number;
  carrierQueueMs: number;
  lostMarginMs: number;
}

/** Calls found at the carrier between our two numbers since the dial, and what is known beside them. */
export interface LookUp {
  /** Found calls that no attempt is bound to. */
  unboundCandidates: number;
  /** The carrier says of each of them that it has ended. */
  allOver: boolean;
  /** Another attempt to the number was given up as lost within a day, never bound, and may have made a found call. */
  lostRivalLately: boolean;
  /** The dial is less than a day ago: a callback may still name one of them. */
  dialledLately: boolean;
}

export type LookUpVerdict = 'bind' | 'ambiguous' | 'empty';

/**
 * Exactly one candidate and no rival binds; everything else waits for the carrier to speak. Several calls prove nothing: one
 * of them may be ours, and its callback still on the way. After a day none comes any more, and calls that are all over are
 * then as good as none, or the attempt would wait for ever.
 */
export function judgeLookUp(found: LookUp): LookUpVerdict {
  if (found.unboundCandidates === 0) return 'empty';
  if (found.lostRivalLately) return 'ambiguous';
  if (found.unboundCandidates === 1) return 'bind';
  return found.allOver && !found.dialledLately ? 'empty' : 'ambiguous';
}

/**
 * The first instant at which an attempt of unknown result may be given up: whatever the carrier made of the request
 * would be over by then.
 */
export function lostNotBefore(
  dial: { slotAt: Date; ringSeconds: number; callSeconds: number },
  bounds: RecoveryBounds,
): Date {
  return new Date(
    dial.slotAt.getTime() +
      bounds.createTimeoutMs +
      bounds.createGraceMs +
      bounds.carrierQueueMs +
      (dial.ringSeconds + dial.callSeconds) * 1_000 +
      bounds.lostMarginMs,
  );
}

/**
 * A call that the carrier created at this instant can only come from a dial whose slot was not before the answer: a request
 * is answered or given up within its timeout, and what the carrier took on it creates within its queue time.
 */
export function possibleDialSince(createdAt: Date, bounds: RecoveryBounds, clockSkewMs: number): Date {
  const { createTimeoutMs, createGraceMs, carrierQueueMs } = bounds;
  return new Date(createdAt.getTime() - createTimeoutMs - createGraceMs - carrierQueueMs - clockSkewMs);
}

/** Two successful look-ups that found nothing, and the time over: only then an attempt is lost. */
export function isLost(emptyLookUps: number, notBefore: Date, at: Date): boolean {
  return emptyLookUps >= 2 && at >= notBefore;
}

/** Pause before an attempt the carrier certainly did not take is offered again; grows with the offers. */
export function requeueDelayMs(offers: number): number {
  return Math.min(60_000, 500 * 2 ** Math.min(offers, 10));
}
