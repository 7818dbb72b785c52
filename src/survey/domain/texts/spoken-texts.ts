import type { SurveyDefinition } from '../../contracts/survey-definition.js';
import { isBlank } from '../form-checks.js';
import { en } from './en.js';
import { it } from './it.js';
import type { TextLanguage, Texts } from './texts.js';

/** The texts of one interview: the survey's own where it brings them, the language's otherwise. */
export interface SpokenTexts extends Texts {
  /** The language of key instructions; null when the engine has none. */
  language: TextLanguage | null;
}

const TEXTS: Record<TextLanguage, Texts> = { en, it };
export const TEXT_LANGUAGES = Object.keys(TEXTS) as TextLanguage[];

/** The primary language of a BCP 47 tag; `it`, `it-IT` and `it-CH` have the same. */
export function primaryLanguage(tag: string): string {
  return tag.split(/[-_]/)[0]!.toLowerCase();
}

export function textLanguageOf(tag: string): TextLanguage | null {
  return TEXT_LANGUAGES.find((language) => language === primaryLanguage(tag)) ?? null;
}

export function textsOf(tag: string): Texts | null {
  const language = textLanguageOf(tag);
  return language === null ? null : TEXTS[language];
}

/**
 * The voice of an interview: the contact's own variety where it is a variety of the survey's language (its texts exist
 * in no other one), else the survey's.
 */
export function voiceFor(surveyLanguage: string, contactLanguage: string | null): string {
  const variety = contactLanguage !== null && /^[A-Za-z]{2,3}-[A-Za-z0-9-]+$/.test(contactLanguage);
  if (variety && primaryLanguage(contactLanguage) === primaryLanguage(surveyLanguage)) return contactLanguage;
  return /[-_]/.test(surveyLanguage) ? surveyLanguage : (textsOf(surveyLanguage)?.voice ?? surveyLanguage);
}

/**
 * In a language without texts the survey's closing stands for every goodbye, and a question is asked again without
 * a word before it: nothing is ever said in another language than the survey's.
 */
export function spokenTexts(survey: SurveyDefinition, voice: string): SpokenTexts {
  const own = {
    consent: isBlank(survey.consent) ? undefined : survey.consent,
    closing: isBlank(survey.closing) ? undefined : survey.closing,
  };
  const texts = textsOf(voice) ?? withoutTexts(own.closing ?? '');
  return {
    ...texts,
    voice,
    language: textLanguageOf(voice),
    consent: own.consent ?? texts.consent,
    closing: own.closing ?? texts.closing,
  };
}

function withoutTexts(goodbye: string): Texts {
  return {
    voice: '',
    consent: '',
    optOut: '',
    consentKeys: '',
    silent: '',
    invalid: '',
    refused: goodbye,
    optedOut: goodbye,
    noResponse: goodbye,
    closing: goodbye,
    apology: goodbye,
  };
}
