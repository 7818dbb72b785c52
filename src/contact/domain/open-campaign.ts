import type { CampaignSnapshot } from '../../campaign/contracts/campaigns.js';
import { DomainError } from '../../shared/errors/domain-error.js';

/** A campaign that is completed, or closing, takes nobody any more. */
export function refuseIfClosed(campaign: Pick<CampaignSnapshot, 'status' | 'closingAt'>): void {
  if (campaign.status === 'completed' || campaign.closingAt !== null)
    throw new DomainError('campaign_closed');
}
