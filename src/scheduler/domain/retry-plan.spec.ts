import { describe, expect, it } from 'vitest';
import type { CallingPolicy } from '../../campaign/contracts/calling-policy.js';
import { type EndedAttempt, planRetry } from './retry-plan.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const policy: CallingPolicy = {
  maxAttempts: 3,
  maxConcurrentCalls: 10,
  callsPerSecond: 1,
  ringSeconds: 25,
  callSeconds: 600,
  machineDetection: 'hang_up',
  callingWindow: {
    days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
    from: '09:00',
    to: '20:00',
    holidays: [],
  },
  retryMs: {
    partial: [4 * HOUR],
    hung_up: [24 * HOUR],
    no_response: [4 * HOUR],
    machine: [4 * HOUR],
    busy: [10 * MINUTE, 30 * MINUTE],
    no_answer: [2 * HOUR],
    callback: [HOUR],
    failed: [15 * MINUTE],
    lost: [15 * MINUTE],
  },
};
const ended = (change: Partial<EndedAttempt> = {}): EndedAttempt => ({
  outcome: 'busy',
  neverAgain: false,
  at: new Date('2026-11-23T15:00:00Z'),
  attemptsOffered: 1,
  timesThisOutcome: 1,
  isTest: false,
  numberSuppressed: false,
  campaign: { over: false, endsAt: null, policy },
  zone: 'UTC',
  legalHours: null,
  ...change,
});

describe('what follows an attempt', () => {
  it('tries the busy again after the first delay, then after the second, and the last one repeats', () => {
    const minutes = (times: number) =>
      (planRetry(ended({ timesThisOutcome: times })).nextAttemptAt!.getTime() -
        Date.parse('2026-11-23T15:00:00Z')) /
      MINUTE;
    expect([minutes(1), minutes(2), minutes(3)]).toEqual([10, 30, 30]);
  });

  it('moves a retry that falls outside the window to its next opening', () => {
    const plan = planRetry(ended({ outcome: 'no_answer', at: new Date('2026-11-23T19:00:00Z') }));
    expect(plan.nextAttemptAt).toEqual(new Date('2026-11-24T09:00:00Z'));
  });

  it('is final when the policy allows no further attempt', () => {
    expect(planRetry(ended({ attemptsOffered: 3 }))).toEqual({
      state: 'not_reached',
      disposition: 'busy',
      nextAttemptAt: null,
    });
  });

  it.each(['completed', 'refused'] as const)('never rings again who %s', (outcome) => {
    const plan = { state: outcome, disposition: outcome, nextAttemptAt: null };
    expect(planRetry(ended({ outcome }))).toEqual(plan);
  });

  it('does not take silence for a refusal', () => {
    expect(planRetry(ended({ outcome: 'no_response' }))).toMatchObject({
      state: 'not_reached',
      disposition: 'no_response',
    });
    expect(planRetry(ended({ outcome: 'no_response' })).nextAttemptAt).not.toBeNull();
  });

  it('is final for a number the carrier refuses for good, a suppressed one, and a campaign that is over', () => {
    expect(planRetry(ended({ outcome: 'not_placed' })).nextAttemptAt).toBeNull();
    expect(planRetry(ended({ numberSuppressed: true }))).toMatchObject({
      disposition: 'suppressed',
      nextAttemptAt: null,
    });
    expect(planRetry(ended({ campaign: { over: true, endsAt: null, policy } })).nextAttemptAt).toBeNull();
    const endsAt = new Date('2026-11-23T15:05:00Z');
    expect(planRetry(ended({ campaign: { over: false, endsAt, policy } })).nextAttemptAt).toBeNull();
  });

  it('remembers who asked never to be called again', () => {
    expect(planRetry(ended({ outcome: 'refused', neverAgain: true })).disposition).toBe('opted_out');
  });

  it('is the end of a test call that was not offered', () => {
    expect(planRetry(ended({ outcome: 'canceled' }))).toEqual({
      state: 'not_reached',
      disposition: 'campaign_over',
      nextAttemptAt: null,
    });
    expect(planRetry(ended({ outcome: 'not_placed' })).disposition).toBe('not_placed');
  });

  it('is final where no zone is known, for a test, and for an outcome that the policy does not try again', () => {
    const last = { state: 'not_reached', disposition: 'busy', nextAttemptAt: null };
    expect(planRetry(ended({ zone: null }))).toEqual(last);
    expect(planRetry(ended({ isTest: true }))).toEqual(last);
    const never = { ...policy, retryMs: { ...policy.retryMs, busy: [] } };
    expect(planRetry(ended({ campaign: { over: false, endsAt: null, policy: never } }))).toEqual(last);
  });

  it('may be before the end of the campaign, not at it', () => {
    const plan = (endsAt: string) =>
      planRetry(ended({ campaign: { over: false, endsAt: new Date(endsAt), policy } })).nextAttemptAt;
    expect(plan('2026-11-23T15:10:00Z')).toBe(null);
    expect(plan('2026-11-23T15:10:00.001Z')).toEqual(new Date('2026-11-23T15:10:00Z'));
  });
});
