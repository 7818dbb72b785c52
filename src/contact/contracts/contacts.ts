import type { Tx } from '../../shared/db/tx.js';
import type { ContactState, Disposition } from './contact-state.js';

/** A due contact, locked by the caller's transaction. */
export interface DueContact {
  id: string;
  campaignId: string;
  phoneNumber: string;
  state: 'pending' | 'not_reached';
  attemptsCount: number;
  nextAttemptAt: Date;
  /** The contact's own zone, or null. */
  timezone: string | null;
  /** The zone its number's country has, where that is exactly one. */
  numberTimezone: string | null;
  version: number;
}

export interface LockedContact {
  id: string;
  campaignId: string;
  phoneNumber: string;
  state: ContactState;
  disposition: Disposition | null;
  attemptsCount: number;
  nextAttemptAt: Date | null;
  timezone: string | null;
  numberTimezone: string | null;
  language: string | null;
  isTest: boolean;
  stateBeforeClaim: 'pending' | 'not_reached' | null;
  version: number;
}

/** Everybody due in one zone of a campaign is due again at `until`; at most `limit` of them. */
export interface ZoneDeferral {
  campaignId: string;
  timezone: string;
  /** The zone of contacts that have none of their own. */
  defaultTimezone: string | null;
  at: Date;
  until: Date;
  limit: number;
}

export interface ContactSettlement {
  state: 'completed' | 'refused' | 'not_reached';
  disposition: Disposition;
  /** null makes `not_reached` final. */
  nextAttemptAt: Date | null;
  /** The attempt this follows from, for the event. */
  attemptId: string | null;
  at: Date;
}

/** Contacts, changed inside the caller's transaction. Every write is fenced by state and version, and leaves its event. */
export abstract class Contacts {
  /**
   * Due contacts of a campaign in (next_attempt_at, id) order, locked FOR UPDATE SKIP LOCKED; at most `limit`. `from`
   * is where the scan begins (a watermark; dead rows before it are not walked), absent: at the beginning.
   */
  abstract lockDue(
    tx: Tx,
    due: { campaignId: string; at: Date; limit: number; from?: Date },
  ): Promise<DueContact[]>;
  /** Locked contacts become `in_progress`; attempts_count becomes the given attempt number. */
  abstract claim(
    tx: Tx,
    claims: { contact: Pick<DueContact, 'id' | 'version'>; attemptId: string; attemptNumber: number }[],
    at: Date,
  ): Promise<void>;
  /** Moves due contacts to a later instant without changing their state (closed window, number in another call). */
  abstract defer(
    tx: Tx,
    deferrals: { contactId: string; until: Date; windowClosed: boolean }[],
  ): Promise<void>;
  /**
   * Moves every due contact of one zone (own, else number's, else the campaign's default) to the opening of its
   * window, at most `limit`; returns how many.
   */
  abstract deferZone(tx: Tx, deferral: ZoneDeferral): Promise<number>;
  /**
   * Contacts that were deferred for a closed window are due again as they were: the policy has changed. Walks by id, so
   * that each is recalled once whatever the claim does meanwhile; `last` is null when the walk is over.
   */
  abstract recallDeferred(
    tx: Tx,
    campaignId: string,
    walk: { after: string | null; limit: number },
  ): Promise<{ recalled: number; last: string | null }>;
  /** Open contacts that will never be called here become final, `not_reached`. */
  abstract dismiss(
    tx: Tx,
    dismissals: { contactId: string; disposition: Disposition }[],
    at: Date,
  ): Promise<void>;
  /** Every open contact of a campaign becomes final; returns how many (at most `limit` per call). */
  abstract dismissAllOpen(
    tx: Tx,
    dismissal: { campaignId: string; disposition: Disposition; at: Date; limit: number },
  ): Promise<number>;
  /** Locks one contact FOR UPDATE; throws `contact_not_found`. */
  abstract lock(tx: Tx, contactId: string): Promise<LockedContact>;
  /** Locks contacts FOR UPDATE in the order of their ids; unknown ones are passed over. */
  abstract lockAll(tx: Tx, contactIds: string[]): Promise<void>;
  /**
   * Locks all contacts with one of the numbers FOR UPDATE in the order of their ids. To be called before any of them is
   * locked, by whoever will settle namesakes: two that did so crosswise would wait for each other.
   */
  abstract lockNamesakes(tx: Tx, phoneNumbers: string[]): Promise<void>;
  /**
   * `in_progress` back to the state before the claim, due at `nextAttemptAt`: the attempt was never offered. Does
   * nothing when a withdrawal or suppression has made the contact final under its claim.
   */
  abstract releaseClaimed(
    tx: Tx,
    contact: LockedContact,
    release: { nextAttemptAt: Date; attemptId: string | null; reason: string; at: Date },
  ): Promise<void>;
  /**
   * Settles a contact after an attempt: `in_progress`, or a `not_reached` that a late answer completes or refuses (a
   * final one too: a refusal always, a finished interview where the end was only guessed from the carrier's signals).
   * Returns false and changes nothing otherwise.
   */
  abstract settle(tx: Tx, contact: LockedContact, settlement: ContactSettlement): Promise<boolean>;
  /** A contact for one test call: outside every count and result of the campaign. */
  abstract addTestContact(
    tx: Tx,
    contact: { campaignId: string; phoneNumber: string; at: Date },
  ): Promise<DueContact>;
}
