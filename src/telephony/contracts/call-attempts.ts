import type { Tx } from '../../shared/db/tx.js';

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
  abstract open(
    tx: Tx,
    attempts: AttemptToOpen[],
    claim: { at: Date; by: string; live: number; limit: number },
  ): Promise<Set<string>>;
}
