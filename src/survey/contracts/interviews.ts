import type { Tx } from '../../shared/db/tx.js';
import type { CalleeInput, Prompt } from './prompt.js';

/** The call in which an interview goes on. */
export interface InterviewCall {
  attemptId: string;
  contactId: string;
  campaignId: string;
  surveyId: string;
  /** The contact's language, or null for the campaign's. */
  language: string | null;
}

/** Where the interview stands after a turn. */
export type InterviewStanding =
  | { kind: 'open' }
  /** Every required question is answered. */
  | { kind: 'completed' }
  /** Consent refused; `neverAgain` when the person pressed the opt-out key. */
  | { kind: 'refused'; neverAgain: boolean }
  /** Silent or unclear to the limit; the interview stays open for another attempt. */
  | { kind: 'no_response' }
  /** Asked to be called at another time, null where none was named; the interview stays open for that call. */
  | { kind: 'callback'; at: Date | null }
  /** Somebody else has the number; nobody is to be called there for this campaign any more. */
  | { kind: 'wrong_person' };

export interface InterviewStep {
  prompt: Prompt;
  standing: InterviewStanding;
}

/** The evidence an ended call is judged by. */
export interface InterviewEvidence {
  consented: boolean;
  answered: number;
  /** Every required question is answered and nothing was refused; optional ones may be open. */
  isFinished: boolean;
  /** The share of answered required questions reached the survey's threshold. */
  reachedPartialThreshold: boolean;
  status: 'none' | 'open' | 'completed' | 'refused';
}

/** The interview of a contact, led turn by turn inside the caller's transaction; the caller holds the contact's and the attempt's row lock. */
export abstract class Interviews {
  /**
   * The first prompt of a call: introduction and consent. Opens the contact's interview, or takes up the one an
   * earlier attempt left open (consent is asked again, then the first unanswered question).
   */
  abstract begin(tx: Tx, call: InterviewCall, at: Date): Promise<InterviewStep>;
  /**
   * One input of the person. The answer, if it is one, is stored by this transaction before the next prompt leaves.
   * A finished interview gives its last words again and changes nothing. An input of a call that a later call of the
   * same contact has taken over counts only if it refuses; otherwise it changes nothing and stays `open`.
   * Throws `not_found` when no call of the contact has begun an interview.
   */
  abstract advance(tx: Tx, call: InterviewCall, input: CalleeInput, at: Date): Promise<InterviewStep>;
  /** What a machine is told after its greeting, null where the survey has no such text; opens no interview. */
  abstract voicemail(tx: Tx, call: InterviewCall): Promise<Prompt | null>;
  /** What is said before hanging up when the interview cannot go on for a fault of ours; no listening. */
  abstract apology(language: string): Prompt;
  /** What the contact's current interview proves. */
  abstract evidence(tx: Tx, contactId: string): Promise<InterviewEvidence>;
}
