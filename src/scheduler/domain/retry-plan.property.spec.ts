import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallingPolicy, RetriedOutcome, Weekday } from '../../campaign/contracts/calling-policy.js';
import { CALL_OUTCOMES } from '../../telephony/contracts/call-attempt.js';
import { hoursAt } from './calling-hours.js';
import { type EndedAttempt, planRetry } from './retry-plan.js';

/** A variable asks for more: ten times as many take some ten seconds. */
const RUNS = Number(process.env.PROPERTY_RUNS ?? 10_000);

const DAYS: Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const RETRIED: RetriedOutcome[] = [
  'partial',
  'hung_up',
  'no_response',
  'machine',
  'busy',
  'no_answer',
  'callback',
  'failed',
  'lost',
];
const hour = (from: number, to: number) =>
  fc.integer({ min: from, max: to }).map((n) => `${String(n).padStart(2, '0')}:00`);
const delays = fc.array(
  fc.integer({ min: 1, max: 7 * 86_400 }).map((seconds) => seconds * 1_000),
  { maxLength: 4 },
);
const policies: fc.Arbitrary<CallingPolicy> = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 6 }),
  maxConcurrentCalls: fc.constant(10),
  callsPerSecond: fc.constant(1),
  ringSeconds: fc.constant(25),
  callSeconds: fc.constant(600),
  machineDetection: fc.constant('hang_up' as const),
  callingWindow: fc.record({
    days: fc.subarray(DAYS, { minLength: 1 }),
    from: hour(0, 12),
    to: hour(13, 24),
    holidays: fc.constant<string[]>([]),
  }),
  retryMs: fc.record(Object.fromEntries(RETRIED.map((outcome) => [outcome, delays]))) as fc.Arbitrary<
    CallingPolicy['retryMs']
  >,
});
const at = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2026, 11, 31) }).map((ms) => new Date(ms));
const ended: fc.Arbitrary<EndedAttempt> = fc.record({
  outcome: fc.constantFrom(...CALL_OUTCOMES, ...RETRIED, ...RETRIED),
  neverAgain: fc.boolean(),
  at,
  attemptsOffered: fc.integer({ min: 1, max: 4 }),
  timesThisOutcome: fc.integer({ min: 1, max: 5 }),
  isTest: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  numberSuppressed: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  campaign: fc.record({
    over: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    endsAt: fc.option(at, { freq: 1 }),
    policy: policies,
  }),
  zone: fc.constantFrom(
    'Europe/Rome',
    'America/New_York',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'UTC',
    null,
  ),
  legalHours: fc.option(fc.constant({ from: '08:00', to: '21:00' })),
});

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** What breaks the property, shrunk; null when nothing does. */
function counterexample(property: fc.IProperty<[EndedAttempt]>): string | null {
  return fc.defaultReportMessage(fc.check(property, { numRuns: RUNS })) ?? null;
}

describe('the retry plan, for any end and any policy', { timeout: 300_000 }, () => {
  it('calls again no earlier than configured, inside window and legal hours, before the end of the campaign', () => {
    let again = 0;
    expect(
      counterexample(
        fc.property(ended, (attempt) => {
          const { nextAttemptAt } = planRetry(attempt);
          if (nextAttemptAt === null) return;
          again++;
          const { policy, endsAt } = attempt.campaign;
          const configured = policy.retryMs[attempt.outcome as RetriedOutcome];
          const delayMs = configured[Math.min(attempt.timesThisOutcome, configured.length) - 1]!;
          const earliest = new Date(attempt.at.getTime() + delayMs);
          must(nextAttemptAt >= earliest, 'too early');
          const then = hoursAt(policy.callingWindow, attempt.legalHours, attempt.zone!, nextAttemptAt);
          must(then.open, 'outside the hours');
          must(endsAt === null || nextAttemptAt < endsAt, 'after the end of the campaign');
          const asConfigured = hoursAt(policy.callingWindow, attempt.legalHours, attempt.zone!, earliest);
          must(!asConfigured.open || nextAttemptAt.getTime() === earliest.getTime(), 'later than it need be');
        }),
      ),
    ).toBe(null);
    expect(again).toBeGreaterThan(RUNS / 100);
  });

  it('never calls again who has finished, refused, may not be called, or was tried as often as allowed', () => {
    expect(
      counterexample(
        fc.property(ended, (attempt) => {
          const plan = planRetry(attempt);
          const { outcome, campaign, numberSuppressed, isTest, zone, attemptsOffered } = attempt;
          const done = outcome === 'completed' || outcome === 'refused';
          const never = done || outcome === 'not_placed' || outcome === 'canceled';
          const used = attemptsOffered >= campaign.policy.maxAttempts;
          if (never || numberSuppressed || campaign.over || isTest || used || zone === null) {
            must(plan.nextAttemptAt === null, 'calls again');
          }
          must(plan.state === (done ? outcome : 'not_reached'), `becomes ${plan.state}`);
          if (outcome === 'refused')
            must(plan.disposition === (attempt.neverAgain ? 'opted_out' : 'refused'), 'reason');
          if (!never) must(plan.disposition === (numberSuppressed ? 'suppressed' : outcome), 'reason');
        }),
      ),
    ).toBe(null);
  });
});
