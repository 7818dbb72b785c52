/**
 * A person's way through a campaign.
 * - `pending`: never settled; called when `next_attempt_at` has come. Moved on by the claim.
 * - `in_progress`: exactly one live attempt. A crash leaves it so until recovery settles the attempt.
 * - `completed`, `refused`: final; no carrier signal changes them.
 * - `not_reached`: tried without success; final when `next_attempt_at` is null.
 */
export type ContactState = 'pending' | 'in_progress' | 'completed' | 'refused' | 'not_reached';
export const CONTACT_STATES: readonly ContactState[] = [
  'pending',
  'in_progress',
  'completed',
  'refused',
  'not_reached',
];

/**
 * Why a contact stands where it stands: a call outcome, or one of the reasons below. The AAPOR code is derived from
 * it and from the attempts when results are read.
 */
export type Disposition =
  | 'completed'
  | 'refused'
  | 'opted_out'
  | 'partial'
  | 'hung_up'
  | 'no_response'
  | 'machine'
  | 'busy'
  | 'no_answer'
  | 'callback'
  | 'failed'
  | 'lost'
  | 'not_placed'
  | 'suppressed'
  | 'withdrawn'
  | 'campaign_over'
  | 'unknown_timezone'
  | 'exhausted';
export const DISPOSITIONS: readonly Disposition[] = [
  'completed',
  'refused',
  'opted_out',
  'partial',
  'hung_up',
  'no_response',
  'machine',
  'busy',
  'no_answer',
  'callback',
  'failed',
  'lost',
  'not_placed',
  'suppressed',
  'withdrawn',
  'campaign_over',
  'unknown_timezone',
  'exhausted',
];
