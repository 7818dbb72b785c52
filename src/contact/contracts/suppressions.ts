import type { Tx } from '../../shared/db/tx.js';

export interface Suppression {
  phoneNumber: string;
  reason: string;
  source: 'opt_out' | 'operator' | 'import';
  campaignId: string | null;
  contactId: string | null;
  at: Date;
}

/**
 * The do-not-call list. Whoever adds to it holds the dial gate exclusively, so that no call is dialled after the
 * suppression was stamped.
 */
export abstract class Suppressions {
  /**
   * Puts a number on the list (idempotent) and makes every contact with that number that is open or in a call final
   * (`not_reached`, `suppressed`), in every campaign, except `keepContactId` (the caller settles that one itself). A live
   * call to the number is noted to be hung up; the caller asks for it after its COMMIT. The person's own no (`opt_out`)
   * stands beside an entry of an operator or a file; lifting one leaves the other.
   */
  abstract add(tx: Tx, suppression: Suppression, keepContactId?: string): Promise<{ added: boolean }>;
  /** Those of the numbers that are on the list. */
  abstract among(tx: Tx, phoneNumbers: string[]): Promise<Set<string>>;
}
