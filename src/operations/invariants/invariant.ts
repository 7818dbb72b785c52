/** What a check looks at; `after` and `upTo` are its $1 and $2, so that it can go through millions of rows in steps. */
export type Scope =
  /** Everything in one statement, found through indexes of what is live, or small by nature. No parameters. */
  | 'whole'
  /** Contacts and what hangs on them. */
  | 'contacts'
  /** Events of the log with `after < id <= upTo`. */
  | 'events'
  /** As `whole`, against an instant: $1 the instant, $2 and $3 the bounds in milliseconds. */
  | 'clock';

/** A statement whose rows `{entity, detail}` are what breaks the invariant. `entity` is an id, never a phone number. */
export interface Check {
  scope: Scope;
  /** `contacts` is the FROM item, aliased `c`, that a check of the scope `contacts` reads; others ignore it. */
  sql: (contacts: string) => string;
  /** What is found is worth knowing and breaks nothing. */
  listed?: true;
}

/** A promise of the dial protocol, numbered as in the protocol. */
export interface Invariant {
  number: number;
  /** Stable, for machines. */
  name: string;
  /** One plain sentence. */
  promise: string;
  /** What to do when it is broken. */
  remedy: string;
  checks: readonly Check[];
}
