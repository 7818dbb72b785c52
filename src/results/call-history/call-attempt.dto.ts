export class CallAttemptDto {
  id: string;
  contactId: string;
  /** Counts from 1, attempts that were given back included. */
  attemptNumber: number;
  /** E.164 */
  phoneNumber: string;
  /** claimed, dialing, ringing, in_progress or ended */
  status: string;
  /** Set when it has ended. */
  outcome: string | null;
  /** The outcome before a late answer corrected it. */
  correctedFrom: string | null;
  /** accepted, unknown, or null while the request is in flight or was never sent. */
  dialResult: string | null;
  /** The carrier's id of the call. */
  providerCallId: string | null;
  errorCode: string | null;
  claimedAt: Date;
  dialingAt: Date | null;
  answeredAt: Date | null;
  endedAt: Date | null;
}
