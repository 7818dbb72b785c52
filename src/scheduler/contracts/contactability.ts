import type { CallingWindow } from '../../campaign/contracts/calling-policy.js';
import type { CampaignStatus } from '../../campaign/contracts/campaigns.js';

/** Everything the decision looks at. All instants are UTC. */
export interface ContactabilityInput {
  at: Date;
  campaign: {
    status: CampaignStatus;
    closing: boolean;
    /** The carrier it was started on; null while a draft. */
    carrier: string | null;
    startsAt: Date | null;
    endsAt: Date | null;
    callingWindow: CallingWindow;
    maxAttempts: number;
  };
  /** The carrier of this installation. */
  carrier: string;
  /** Hours that stand over every campaign on a real carrier; null on the simulated one. */
  legalHours: { from: string; to: string } | null;
  diallingStopped: boolean;
  circuitOpen: boolean;
  contact: {
    /** IANA name, or null when neither contact, number nor campaign gives one. */
    zone: string | null;
    suppressed: boolean;
    /** Attempts offered to the carrier so far. */
    attemptsOffered: number;
    /** Another attempt to the same number is live. */
    numberInCall: boolean;
    isTest: boolean;
    /** Finished, refused, or final otherwise. */
    settled: boolean;
    /** The next try is due then; null when it is due, or under way. */
    dueAt: Date | null;
  };
}

export type ContactabilityRefusal =
  | 'campaign_not_running'
  | 'campaign_not_begun'
  | 'campaign_over'
  | 'carrier_mismatch'
  | 'dialling_stopped'
  | 'circuit_open'
  | 'suppressed'
  | 'attempts_exhausted'
  | 'unknown_timezone'
  | 'outside_calling_window'
  | 'outside_legal_hours'
  | 'number_in_call'
  | 'contact_settled'
  | 'not_due';

/** May this person be rung at this instant? When not: why, and the next instant at which the answer may change. */
export type Contactability =
  | { permitted: true }
  | {
      permitted: false;
      reason: ContactabilityRefusal;
      /** null when time alone changes nothing. */
      nextPermittedAt: Date | null;
      /** The contact will never be called in this campaign. */
      final: boolean;
    };
