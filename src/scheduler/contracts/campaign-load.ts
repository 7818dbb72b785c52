import type { CallingWindow } from '../../campaign/contracts/calling-policy.js';
import type { Tx } from '../../shared/db/tx.js';

/** How many people a campaign has left to call, and what keeps some of them from being called. */
export interface CampaignLoadCounts {
  /** Contacts still to be called: `pending`, or `not_reached` with a retry to come. The rest are parts of these. */
  open: number;
  /** On the do-not-call list: never called. */
  suppressed: number;
  /** Neither contact, number nor campaign gives a zone: never called. */
  unknownTimezone: number;
  /** Shut now, opening later. */
  outsideCallingWindow: number;
  outsideLegalHours: number;
  /** Shut for good: the window and the legal hours never meet. */
  neverOpen: number;
  /** Their number is in a call of another campaign. */
  numberInCall: number;
  /** Of those without a hindrance above. */
  callableNow: number;
  /** Contacts with a live attempt; not part of `open`. */
  inProgress: number;
}

/** What keeps a campaign from being completed. */
export interface CampaignRemainder {
  open: boolean;
  inProgress: boolean;
  /** An attempt that has not ended, also of a contact that is settled. */
  live: boolean;
  /** An import is adding contacts. */
  importing: boolean;
}

/** A campaign that may be due to be closed; the decision is taken under its lock. */
export interface ClosableCampaign {
  id: string;
  /** Its end has come, and it is not closing yet. */
  ended: boolean;
}

/** Counts across contacts, calls and imports of one campaign. Test contacts and their calls never count. */
export abstract class CampaignLoad {
  abstract count(
    tx: Tx,
    campaign: { campaignId: string; callingWindow: CallingWindow; defaultTimezone: string | null; at: Date },
  ): Promise<CampaignLoadCounts>;
  /** Answers from indexes, so that it may be asked every second. */
  abstract remainder(tx: Tx, campaignId: string): Promise<CampaignRemainder>;
  /**
   * Running campaigns that complete by themselves and have nobody left, and running or paused ones that are closing
   * or past their end. Asked every second: cheap when there is none.
   */
  abstract closable(tx: Tx, at: Date): Promise<ClosableCampaign[]>;
}
