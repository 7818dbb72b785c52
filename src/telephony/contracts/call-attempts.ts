import type { Tx } from '../../shared/db/tx.js';

/** What a claim was made under: counted in its transaction, before its first attempt. */
export interface ClaimSituation {
  at: Date;
  /** The worker. */
  by: string;
  /** Live calls of the campaign, and its limit. */
  live: number;
  limit: number;
  /** Live calls of the installation, and its limit. */
  globalLive: number;
  globalLimit: number;
}

export interface AttemptToOpen {
  id: string;
  contactId: string;
  campaignId: string;
  attemptNumber: number;
  phoneNumber: string;
  carrier: string;
  isTest: boolean;
}

export abstract class CallAttempts {
  /**
   * Opens attempts as `claimed`, in phone order, skipping any contact or number that already has a live one; returns
   * the ids that were opened. Their events carry the live count and the limit the claim was made under.
   */
  abstract open(tx: Tx, attempts: AttemptToOpen[], claim: ClaimSituation): Promise<Set<string>>;
}
