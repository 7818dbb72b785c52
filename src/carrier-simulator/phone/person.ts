export const PERSON_KINDS = [
  'completes',
  'refusesConsent',
  'optsOut',
  'busy',
  'noAnswer',
  'declines',
  'hangsUp',
  'silent',
  'wrongKeysFirst',
  'machine',
  'failed',
] as const;
export type PersonKind = (typeof PERSON_KINDS)[number];

/**
 * Who is at the other end of one call.
 *
 * - `completes` consents and answers everything; `refusesConsent` presses 2 and `optsOut` 9 when asked first
 * - `busy`, `noAnswer` (rings until the caller's timeout), `failed` (no connection)
 * - `declines` rejects the ringing call, which the network reports as `as` (else by chance busy or no-answer)
 * - `hangsUp` after so many answers, the consent counted: 0 is during the introduction
 * - `silent` answers and never presses a key; `wrongKeysFirst` presses an impossible key before every right one
 * - `machine` is an answering machine: it says nothing and is detected where detection is asked for
 */
export type Person = PersonModifiers &
  (
    | { readonly kind: Exclude<PersonKind, 'hangsUp' | 'declines'> }
    | { readonly kind: 'hangsUp'; readonly afterAnswers: number }
    | { readonly kind: 'declines'; readonly as?: 'busy' | 'no-answer' }
  );

export interface PersonModifiers {
  /** Exactly what is pressed at the first, second, … prompt of a call, the consent first; '' is silence. */
  readonly keys?: readonly string[];
  /** What is answered after the consent: in the order asked, or by a piece of the prompt's text. */
  readonly answers?: readonly string[] | Readonly<Record<string, string>>;
  /**
   * Hangs up in the instant of the last key, so that its webhook and the end of the call arrive together.
   * `true` where `keys` tells which one is the last, else the number of answers, the consent counted.
   */
  readonly hangUpAfterLastKey?: boolean | number;
  /** Who answers the second, third, … call to this number; the last one also every later call. */
  readonly later?: readonly Person[];
}

/** Weights by kind; they need not sum to 1. A kind that is not named does not occur. */
export type Mix = Readonly<Partial<Record<PersonKind, number>>>;

export interface PeopleConfig {
  /** Fixed persons by E.164 number. */
  readonly numbers?: Readonly<Record<string, Person>>;
  /** Weights by kind for all other numbers; absent: the default mix. */
  readonly mix?: Mix;
}
