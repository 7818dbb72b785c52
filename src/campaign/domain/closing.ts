import type { CampaignRemainder } from '../../scheduler/contracts/campaign-load.js';
import type { CampaignStatus } from '../contracts/campaigns.js';
import type { Completion } from './campaign-settings.js';

interface Closable {
  status: CampaignStatus;
  completion: Completion;
  closingAt: Date | null;
  endsAt: Date | null;
}

/** Whether a campaign has reached its end: nobody left to call, nobody in a call, and nobody being added. */
export function mayComplete(campaign: Closable, remainder: CampaignRemainder): boolean {
  if (remainder.open || remainder.inProgress || remainder.live) return false;
  if (campaign.closingAt !== null) return campaign.status === 'running' || campaign.status === 'paused';
  return campaign.status === 'running' && campaign.completion === 'auto' && !remainder.importing;
}

/** Whether its end has come without anybody having closed it yet. */
export function hasEnded(campaign: Closable, at: Date): boolean {
  return (
    (campaign.status === 'running' || campaign.status === 'paused') &&
    campaign.closingAt === null &&
    campaign.endsAt !== null &&
    campaign.endsAt <= at
  );
}

export function completionReason(
  campaign: Pick<Closable, 'closingAt' | 'endsAt'>,
): 'finished' | 'operator' | 'ended' {
  if (campaign.closingAt === null) return 'finished';
  return campaign.endsAt !== null && campaign.closingAt >= campaign.endsAt ? 'ended' : 'operator';
}
