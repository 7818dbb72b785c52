import type { CallingPolicy, RetriedOutcome } from '../contracts/calling-policy.js';
import { narrowsWindow } from './calling-window.js';
import { durationText, parseDuration } from './durations.js';

/** A policy as requests and responses write it. */
export interface WirePolicy {
  maxAttempts: number;
  maxConcurrentCalls: number;
  callsPerSecond: number;
  callingWindow: CallingPolicy['callingWindow'];
  retry: Record<RetryRule, string[]>;
  ringSeconds: number;
  callSeconds: number;
  machineDetection: CallingPolicy['machineDetection'];
}

/** The outcomes whose delays an operator sets; `callback` is retried when the person asked for it. */
export type RetryRule = Exclude<RetriedOutcome, 'callback'>;

/** What stands where an operator says nothing; the last delay of an outcome repeats, and no delay means no retry. */
export const DEFAULT_RETRY: Readonly<Record<RetryRule, readonly string[]>> = {
  partial: ['4h', '24h'],
  hung_up: ['24h'],
  no_response: ['4h', '24h'],
  machine: ['4h', '24h'],
  busy: ['10m', '30m', '2h'],
  no_answer: ['2h', '4h', '24h'],
  failed: ['15m', '1h'],
  lost: ['15m'],
};
export const RETRY_RULES = Object.keys(DEFAULT_RETRY) as RetryRule[];

/** Limits of the numbers of a policy, inclusive. */
export const POLICY_BOUNDS = {
  maxAttempts: { min: 1, max: 20, whole: true, default: 3 },
  maxConcurrentCalls: { min: 1, max: 10_000, whole: true, default: 10 },
  callsPerSecond: { min: 0.01, max: 1_000, whole: false, default: 1 },
  ringSeconds: { min: 5, max: 120, whole: true, default: 25 },
  callSeconds: { min: 30, max: 3_600, whole: true, default: 600 },
} as const;
export type PolicyNumber = keyof typeof POLICY_BOUNDS;
export const POLICY_NUMBERS = Object.keys(POLICY_BOUNDS) as PolicyNumber[];

export function defaultPolicy(): CallingPolicy {
  return {
    maxAttempts: POLICY_BOUNDS.maxAttempts.default,
    maxConcurrentCalls: POLICY_BOUNDS.maxConcurrentCalls.default,
    callsPerSecond: POLICY_BOUNDS.callsPerSecond.default,
    callingWindow: {
      days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
      from: '09:00',
      to: '20:00',
      holidays: [],
    },
    retryMs: { ...byRule((rule) => DEFAULT_RETRY[rule].map((delay) => parseDuration(delay)!)), callback: [] },
    ringSeconds: POLICY_BOUNDS.ringSeconds.default,
    callSeconds: POLICY_BOUNDS.callSeconds.default,
    machineDetection: 'hang_up',
  };
}

export function toWire(policy: CallingPolicy): WirePolicy {
  return {
    maxAttempts: policy.maxAttempts,
    maxConcurrentCalls: policy.maxConcurrentCalls,
    callsPerSecond: policy.callsPerSecond,
    callingWindow: policy.callingWindow,
    retry: byRule((rule) => policy.retryMs[rule].map(durationText)),
    ringSeconds: policy.ringSeconds,
    callSeconds: policy.callSeconds,
    machineDetection: policy.machineDetection,
  };
}

/** Whether a call permitted before might be refused after: such a change is a stop, and passes the dial gate alone. */
export function narrowsCalling(before: CallingPolicy, after: CallingPolicy): boolean {
  return (
    after.maxAttempts < before.maxAttempts ||
    after.maxConcurrentCalls < before.maxConcurrentCalls ||
    after.callsPerSecond < before.callsPerSecond ||
    narrowsWindow(before.callingWindow, after.callingWindow)
  );
}

function byRule<T>(of: (rule: RetryRule) => T): Record<RetryRule, T> {
  return Object.fromEntries(RETRY_RULES.map((rule) => [rule, of(rule)])) as Record<RetryRule, T>;
}
