import { describe, expect, it } from 'vitest';
import {
  isLost,
  judgeLookUp,
  type LookUp,
  type LookUpVerdict,
  lostNotBefore,
  possibleDialSince,
  requeueDelayMs,
} from './recovery-plan.js';

describe('recovery', () => {
  const found = (change: Partial<LookUp>): LookUpVerdict =>
    judgeLookUp({
      unboundCandidates: 1,
      lostRivalLately: false,
      allOver: false,
      dialledLately: true,
      ...change,
    });

  it('binds exactly one unbound candidate, and waits when there are several or a rival', () => {
    expect(found({})).toBe('bind');
    expect(found({ dialledLately: false })).toBe('bind');
    expect(found({ lostRivalLately: true })).toBe('ambiguous');
    expect(found({ unboundCandidates: 2 })).toBe('ambiguous');
    expect(found({ unboundCandidates: 0, lostRivalLately: true })).toBe('empty');
  });

  it('takes several calls for no evidence, over or not; never one that a lost rival may own', () => {
    expect(found({ unboundCandidates: 2, allOver: true })).toBe('ambiguous');
    expect(found({ unboundCandidates: 1, lostRivalLately: true, allOver: true })).toBe('ambiguous');
    expect(found({ unboundCandidates: 2, lostRivalLately: true, allOver: true })).toBe('ambiguous');
  });

  it('waits no longer than a day for the callback of calls that are all over', () => {
    const several = { unboundCandidates: 2, dialledLately: false };
    expect(found({ ...several, allOver: true })).toBe('empty');
    expect(found({ ...several, allOver: false })).toBe('ambiguous');
    expect(found({ ...several, allOver: true, lostRivalLately: true })).toBe('ambiguous');
  });

  it('gives an attempt up only with two empty look-ups and after every bound', () => {
    const slotAt = new Date('2026-11-22T10:00:00Z');
    const notBefore = lostNotBefore(
      { slotAt, ringSeconds: 25, callSeconds: 600 },
      { createTimeoutMs: 12_000, createGraceMs: 5_000, carrierQueueMs: 60_000, lostMarginMs: 60_000 },
    );
    expect(notBefore).toEqual(new Date('2026-11-22T10:12:42Z'));
    expect(isLost(2, notBefore, new Date(notBefore.getTime() - 1))).toBe(false);
    expect(isLost(1, notBefore, notBefore)).toBe(false);
    expect(isLost(2, notBefore, notBefore)).toBe(true);
  });

  it('knows how long before its creation a call can have been dialled', () => {
    const bounds = {
      createTimeoutMs: 12_000,
      createGraceMs: 5_000,
      carrierQueueMs: 60_000,
      lostMarginMs: 60_000,
    };
    expect(possibleDialSince(new Date('2026-11-22T10:00:00Z'), bounds, 60_000)).toEqual(
      new Date('2026-11-22T09:57:43Z'),
    );
  });

  it('offers again ever more slowly, up to a minute', () => {
    expect([1, 2, 3, 50].map(requeueDelayMs)).toEqual([1_000, 2_000, 4_000, 60_000]);
  });
});
