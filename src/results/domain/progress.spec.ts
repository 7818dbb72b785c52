import { describe, expect, it } from 'vitest';
import { callProgress, contactProgress, openContacts, percentDone } from './progress.js';

describe('the progress of a campaign', () => {
  it('tells the not reached who will be called again from the others', () => {
    const contacts = contactProgress([
      { state: 'pending', due: true, contacts: 5 },
      { state: 'in_progress', due: false, contacts: 2 },
      { state: 'completed', due: false, contacts: 1 },
      { state: 'refused', due: false, contacts: 1 },
      { state: 'not_reached', due: true, contacts: 4 },
      { state: 'not_reached', due: false, contacts: 3 },
    ]);
    expect(contacts).toEqual({
      total: 16,
      pending: 5,
      inProgress: 2,
      completed: 1,
      refused: 1,
      notReached: { total: 7, retryScheduled: 4, final: 3 },
    });
    expect(openContacts(contacts)).toBe(11);
    expect(percentDone(contacts)).toBe(31.2);
  });

  it('says 100 per cent only when everybody is settled', () => {
    const contacts = contactProgress([
      { state: 'completed', due: false, contacts: 99_999 },
      { state: 'pending', due: true, contacts: 1 },
    ]);
    expect(percentDone(contacts)).toBe(99.9);
    expect(percentDone(contactProgress([{ state: 'completed', due: false, contacts: 3 }]))).toBe(100);
  });

  it('has no percentage without contacts', () => {
    expect(percentDone(contactProgress([]))).toBeNull();
  });

  it('counts live and ended calls, and leaves out of the total what was never offered to the carrier', () => {
    const calls = callProgress([
      { status: 'ringing', outcome: null, lineDown: false, calls: 3 },
      { status: 'in_progress', outcome: null, lineDown: false, calls: 1 },
      { status: 'in_progress', outcome: null, lineDown: true, calls: 1 },
      { status: 'ended', outcome: 'busy', lineDown: true, calls: 4 },
      { status: 'ended', outcome: 'canceled', lineDown: false, calls: 6 },
    ]);
    expect(calls.total).toBe(9);
    expect(calls.live).toEqual({
      total: 5,
      settling: 1,
      byStatus: { claimed: 0, dialing: 0, ringing: 3, in_progress: 2 },
    });
    expect(calls.ended.total).toBe(10);
    expect(calls.ended.byOutcome).toMatchObject({ busy: 4, canceled: 6, completed: 0 });
  });
});
