import type { CallingPolicy, RetriedOutcome } from '../../campaign/contracts/calling-policy.js';
import type { CallOutcome } from '../../telephony/contracts/call-attempt.js';
import type { RetryPlan } from '../contracts/retry-planner.js';
import { type DailyHours, hoursAt } from './calling-hours.js';

export interface EndedAttempt {
  outcome: CallOutcome;
  /** The person asked never to be called again. */
  neverAgain: boolean;
  at: Date;
  /** Attempts offered to the carrier, this one included. */
  attemptsOffered: number;
  /** Attempts that ended like this one, this one included: it picks the delay. */
  timesThisOutcome: number;
  isTest: boolean;
  numberSuppressed: boolean;
  campaign: { over: boolean; endsAt: Date | null; policy: CallingPolicy };
  zone: string | null;
  legalHours: DailyHours | null;
}

/** What an attempt's end means for the contact: final, or when to try again. */
export function planRetry(ended: EndedAttempt): RetryPlan {
  const { outcome, campaign } = ended;
  if (outcome === 'completed') return { state: 'completed', disposition: 'completed', nextAttemptAt: null };
  if (outcome === 'refused') {
    return { state: 'refused', disposition: ended.neverAgain ? 'opted_out' : 'refused', nextAttemptAt: null };
  }
  if (outcome === 'not_placed' || outcome === 'canceled')
    return final(outcome === 'canceled' ? 'campaign_over' : outcome);
  if (ended.numberSuppressed) return final('suppressed');
  const exhausted = ended.attemptsOffered >= campaign.policy.maxAttempts;
  if (ended.isTest || campaign.over || exhausted || ended.zone === null) return final(outcome);
  const retryAt = nextTry(ended, outcome, ended.zone);
  // Stryker disable next-line ConditionalExpression: without a next attempt the plan below is final as well
  if (retryAt === null || (campaign.endsAt !== null && retryAt >= campaign.endsAt)) return final(outcome);
  return { state: 'not_reached', disposition: outcome, nextAttemptAt: retryAt };
}

function nextTry(ended: EndedAttempt, outcome: RetriedOutcome, zone: string): Date | null {
  const { policy } = ended.campaign;
  const delays = policy.retryMs[outcome];
  const delayMs = delays[Math.min(ended.timesThisOutcome, delays.length) - 1];
  // An empty list means: this outcome is not tried again.
  // Stryker disable next-line ConditionalExpression: no delay gives no instant, and that has no opening
  if (delayMs === undefined) return null;
  const earliest = new Date(ended.at.getTime() + delayMs);
  const hours = hoursAt(policy.callingWindow, ended.legalHours, zone, earliest);
  return hours.open ? earliest : hours.opensAt;
}

function final(disposition: RetryPlan['disposition']): RetryPlan {
  return { state: 'not_reached', disposition, nextAttemptAt: null };
}
