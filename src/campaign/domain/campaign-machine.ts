import { DomainError } from '../../shared/errors/domain-error.js';
import type { CampaignStatus } from '../contracts/campaigns.js';

/** What an operator may ask of a campaign that changes its status. */
export type CampaignTransition = 'start' | 'pause' | 'resume' | 'complete' | 'reopen';
export const CAMPAIGN_TRANSITIONS: readonly CampaignTransition[] = [
  'start',
  'pause',
  'resume',
  'complete',
  'reopen',
];

/** A legal step of a campaign. */
export interface CampaignStep {
  transition: CampaignTransition;
  from: CampaignStatus;
  to: CampaignStatus;
  /** What must hold besides the status. */
  guard: string | null;
  /** Also while the campaign is closing: to pause and hang up is how an operator cuts the last calls short. */
  whileClosing?: true;
}

const COMPLETE = 'closes first; taken when nobody is open and no call is live';

/**
 * The life of a campaign; the trigger `campaigns_guard` holds the same table.
 * `complete` does not reach its status at once: the campaign closes, and turns completed when no call is live.
 * A campaign that is finished, or past its end, takes the same step without an operator.
 */
export const CAMPAIGN_MACHINE: readonly CampaignStep[] = [
  { transition: 'start', from: 'draft', to: 'running', guard: 'nothing is missing; bound to the carrier' },
  { transition: 'pause', from: 'running', to: 'paused', guard: null, whileClosing: true },
  { transition: 'resume', from: 'paused', to: 'running', guard: 'not closing' },
  { transition: 'complete', from: 'running', to: 'completed', guard: COMPLETE },
  { transition: 'complete', from: 'paused', to: 'completed', guard: COMPLETE },
  { transition: 'reopen', from: 'completed', to: 'paused', guard: 'its end, if it has one, lies ahead' },
];

export interface CampaignStanding {
  status: CampaignStatus;
  /** Nobody is called any more; the last live calls are being waited for. */
  closing: boolean;
}

function stepsFrom({ status, closing }: CampaignStanding): CampaignStep[] {
  return CAMPAIGN_MACHINE.filter((step) => step.from === status && (!closing || step.whileClosing === true));
}

export function legalTransitions(status: CampaignStatus, closing = false): CampaignTransition[] {
  return stepsFrom({ status, closing }).map((step) => step.transition);
}

/** The status a transition leads to, or null where it is illegal. */
export function statusAfter(
  standing: CampaignStanding,
  transition: CampaignTransition,
): CampaignStatus | null {
  return stepsFrom(standing).find((step) => step.transition === transition)?.to ?? null;
}

/** Refuses an illegal transition with `illegal_transition`, naming the legal ones. */
export function requireLegal(standing: CampaignStanding, transition: CampaignTransition): void {
  if (statusAfter(standing, transition) !== null) return;
  const legal = legalTransitions(standing.status, standing.closing);
  const now = standing.closing ? `${standing.status} and closing` : standing.status;
  const instead =
    legal.length === 0 ? 'nothing is possible until it has completed' : `possible: ${legal.join(', ')}`;
  throw new DomainError('illegal_transition', `Cannot ${transition} a campaign that is ${now}; ${instead}.`, {
    campaignStatus: standing.status,
    closing: standing.closing,
    legal,
  });
}
