import type { Tx } from '../../shared/db/tx.js';
import type { Contactability } from './contactability.js';

/** Where a call may go out, and at which pace. */
export interface DialPermit {
  contactability: Contactability;
  callerId: string | null;
  ringSeconds: number;
  callSeconds: number;
  detectMachines: boolean;
  /** Calls per second of the whole installation, and of this campaign. */
  callsPerSecond: number;
  campaignCallsPerSecond: number;
}

/**
 * Asked again just before the dial; the caller has passed the dial gate, so every committed stop is seen. `attemptId` is
 * the attempt the question is for, null when it is asked out of curiosity.
 */
export abstract class DialPermission {
  abstract ask(tx: Tx, call: { contactId: string; attemptId: string | null; at: Date }): Promise<DialPermit>;

  /**
   * Whether a limit, lowered since the claim, leaves no room for one more call. Asked while the caller holds the slot
   * row of the account, which all dials pass one by one: the count cannot change under the answer.
   */
  abstract limitReached(tx: Tx, campaignId: string): Promise<boolean>;
}
