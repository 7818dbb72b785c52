import type { Tx } from '../../shared/db/tx.js';
import type { CallingPolicy } from './calling-policy.js';

export type CampaignStatus = 'draft' | 'running' | 'paused' | 'completed';
export const CAMPAIGN_STATUSES: readonly CampaignStatus[] = ['draft', 'running', 'paused', 'completed'];

/** What other rooms read of a campaign inside their own transaction. */
export interface CampaignSnapshot {
  id: string;
  status: CampaignStatus;
  language: string;
  defaultTimezone: string | null;
  /** ISO 3166 region that numbers without a country code belong to. */
  defaultRegion: string | null;
  callerId: string | null;
  carrier: string | null;
  surveyId: string | null;
  startsAt: Date | null;
  endsAt: Date | null;
  closingAt: Date | null;
  policy: CallingPolicy;
}

export abstract class Campaigns {
  /** Reads a campaign without a lock; throws `campaign_not_found`. */
  abstract read(tx: Tx, campaignId: string): Promise<CampaignSnapshot>;
  /** Reads it FOR SHARE: its status cannot change before the caller's COMMIT. Throws `campaign_not_found`. */
  abstract holdForShare(tx: Tx, campaignId: string): Promise<CampaignSnapshot>;
}
