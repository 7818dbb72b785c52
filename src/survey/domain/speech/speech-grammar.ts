/** A clock on the wall in the person's own zone, `YYYY-MM-DDTHH:mm`. */
export type LocalTime = string;

/** A calendar date, `YYYY-MM-DD`. */
export type CalendarDate = string;

/** What a person may say instead of an answer, at any prompt. */
export type SpokenWish =
  /** "never call me again", "take me off your list" */
  | { kind: 'never_again' }
  /** "wrong number", "she doesn't live here" */
  | { kind: 'wrong_person' }
  /** "call me back tomorrow at five"; `at` is null where no time was named, or none that can be understood. */
  | { kind: 'call_back'; at: LocalTime | null }
  | { kind: 'repeat' }
  | { kind: 'go_back' }
  /** "I'd rather not say", "I don't know" */
  | { kind: 'no_answer' };

/**
 * What one language's utterances mean. Deterministic, and never by substring: a method gives a meaning only to an
 * utterance of which every word is accounted for; null is "not understood" and makes the engine ask again. What a
 * recogniser writes is taken as it is: any case, with or without punctuation and accents, digits or number words.
 */
export interface SpeechGrammar {
  /** The answer to "may we ask you some questions?": anything doubtful or put off is null, never a yes. */
  consent(text: string): 'yes' | 'no' | null;
  /** The answer to a question of yes or no. */
  yesNo(text: string): boolean | null;
  /** A whole number from 0 to 999,999,999 in digits or words, with the words people put around it. */
  wholeNumber(text: string): number | null;
  /** A calendar date: absolute, or relative to `today`. Without a year: see the implementation's rule. */
  date(text: string, today: CalendarDate): CalendarDate | null;
  /** A time in the future at which to call back. */
  momentAfter(text: string, now: LocalTime): LocalTime | null;
  /**
   * The index of the one label that was said: whole, by its distinctive words, or by its place ("the second one",
   * "number two"); null where none or more than one fits.
   */
  option(text: string, labels: readonly string[]): number | null;
  /** Null for an utterance that is an answer, or nothing that is known. */
  wish(text: string, now: LocalTime): SpokenWish | null;
}
