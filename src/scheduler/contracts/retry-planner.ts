import type { Disposition } from '../../contact/contracts/contact-state.js';
import type { CallOutcome } from '../../telephony/contracts/call-attempt.js';
import type { Tx } from '../../shared/db/tx.js';

/** What becomes of a contact after an attempt. */
export interface RetryPlan {
  state: 'completed' | 'refused' | 'not_reached';
  disposition: Disposition;
  /** null: final. Otherwise an instant inside the contact's calling window. */
  nextAttemptAt: Date | null;
}

export abstract class RetryPlanner {
  /** Decides by the outcome table, the campaign's policy and the attempts made so far, this one included. */
  abstract plan(
    tx: Tx,
    ended: { contactId: string; outcome: CallOutcome; neverAgain: boolean; at: Date },
  ): Promise<RetryPlan>;
}
