import { describe, expect, it } from 'vitest';
import { isLost, judgeLookUp, lostNotBefore, possibleDialSince, requeueDelayMs } from './recovery-plan.js';

describe('recovery', () => {
  it('binds exactly one unbound candidate, and waits when there are several or a rival', () => {
    expect(judgeLookUp({ unboundCandidates: 1, lostRivalLately: false, allOver: false })).toBe('bind');
    expect(judgeLookUp({ unboundCandidates: 1, lostRivalLately: true, allOver: false })).toBe('ambiguous');
    expect(judgeLookUp({ unboundCandidates: 2, lostRivalLately: false, allOver: false })).toBe('ambiguous');
    expect(judgeLookUp({ unboundCandidates: 0, lostRivalLately: true, allOver: false })).toBe('empty');
  });

  it('takes several calls that are all over for none, but never one that a lost rival may own', () => {
    expect(judgeLookUp({ unboundCandidates: 2, lostRivalLately: false, allOver: true })).toBe('empty');
    expect(judgeLookUp({ unboundCandidates: 1, lostRivalLately: true, allOver: true })).toBe('ambiguous');
    expect(judgeLookUp({ unboundCandidates: 2, lostRivalLately: true, allOver: true })).toBe('ambiguous');
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
