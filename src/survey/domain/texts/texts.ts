/** Primary language subtags (BCP 47) the engine speaks by itself. */
export type TextLanguage = 'en' | 'it';

/** What the engine says in one language, beside the operator's own texts. */
export interface Texts {
  /** The voice for a survey that names the language without a region. */
  voice: string;
  consent: string;
  /** Says that key 9 ends all calls; spoken right after the introduction. */
  optOut: string;
  /** The keys of the consent question, and of the repetition. */
  consentKeys: string;
  silent: string;
  invalid: string;
  refused: string;
  optedOut: string;
  noResponse: string;
  closing: string;
  apology: string;
}
