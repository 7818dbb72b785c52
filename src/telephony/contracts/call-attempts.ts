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

/** Calls a hang-up is asked for. */
export type CallsToHangUp =
  | { campaignId: string }
  | { contactId: string }
  /** `exceptContactId`: the one who asked on the line is still being answered. */
  | { phoneNumbers: string[]; exceptContactId: string | null }
  | 'all';

export abstract class CallAttempts {
  /**
   * Opens attempts as `claimed`, in phone order, skipping any contact or number that already has a live one; returns
   * the ids that were opened. Their events carry the live count and the limit the claim was made under.
   */
  abstract open(tx: Tx, attempts: AttemptToOpen[], claim: ClaimSituation): Promise<Set<string>>;

  /**
   * Notes on every call that the carrier has, or may have, that it is to be ended; returns how many. The caller holds the
   * dial gate alone, so that none is missed, and sends `HangUpCallsCommand` after its COMMIT; should it die before, or
   * the carrier not answer, recovery asks until the carrier reports the end. Locks contacts, then attempts, each by id.
   */
  abstract askHangUp(tx: Tx, which: CallsToHangUp, at: Date): Promise<number>;
}
