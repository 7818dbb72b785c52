import { describe, expect, it } from 'vitest';
import { CAMPAIGN_STATUSES } from '../contracts/campaigns.js';
import { completionReason, hasEnded, mayComplete } from './closing.js';

const AT = new Date('2026-11-22T08:00:00Z');
const LATER = new Date('2026-11-22T09:00:00Z');
const RUNNING = { status: 'running' as const, completion: 'auto' as const, closingAt: null, endsAt: null };
const NOTHING = { open: false, inProgress: false, live: false, importing: false };

describe('completion', () => {
  it('comes by itself to a running campaign with nobody left', () => {
    expect(mayComplete(RUNNING, NOTHING)).toBe(true);
  });

  it.each(['open', 'inProgress', 'live', 'importing'] as const)(
    'waits while there is somebody %s',
    (what) => {
      expect(mayComplete(RUNNING, { ...NOTHING, [what]: true })).toBe(false);
    },
  );

  it('waits for the operator where it is manual, and while paused', () => {
    expect(mayComplete({ ...RUNNING, completion: 'manual' }, NOTHING)).toBe(false);
    expect(mayComplete({ ...RUNNING, status: 'paused' }, NOTHING)).toBe(false);
  });

  it.each(CAMPAIGN_STATUSES)('of a closing campaign depends on its status: %s', (status) => {
    const closing = { ...RUNNING, status, completion: 'manual' as const, closingAt: AT };
    expect(mayComplete(closing, { ...NOTHING, importing: true })).toBe(
      status === 'running' || status === 'paused',
    );
    expect(mayComplete(closing, { ...NOTHING, live: true })).toBe(false);
  });

  it('has a reason', () => {
    expect(completionReason({ closingAt: null, endsAt: LATER })).toBe('finished');
    expect(completionReason({ closingAt: AT, endsAt: null })).toBe('operator');
    expect(completionReason({ closingAt: AT, endsAt: LATER })).toBe('operator');
    expect(completionReason({ closingAt: LATER, endsAt: AT })).toBe('ended');
    expect(completionReason({ closingAt: AT, endsAt: AT })).toBe('ended');
  });
});

describe('the end of a campaign', () => {
  it('has come at its instant, once, for campaigns that are under way', () => {
    expect(hasEnded({ ...RUNNING, endsAt: AT }, AT)).toBe(true);
    expect(hasEnded({ ...RUNNING, status: 'paused', endsAt: AT }, LATER)).toBe(true);
    expect(hasEnded({ ...RUNNING, endsAt: LATER }, AT)).toBe(false);
    expect(hasEnded({ ...RUNNING, endsAt: null }, AT)).toBe(false);
    expect(hasEnded({ ...RUNNING, endsAt: AT, closingAt: AT }, LATER)).toBe(false);
    expect(hasEnded({ ...RUNNING, status: 'draft', endsAt: AT }, LATER)).toBe(false);
    expect(hasEnded({ ...RUNNING, status: 'completed', endsAt: AT }, LATER)).toBe(false);
  });
});
