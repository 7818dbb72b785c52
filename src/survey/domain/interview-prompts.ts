import type { Listening, Prompt } from '../contracts/prompt.js';
import type { SurveyDefinition } from '../contracts/survey-definition.js';
import { isBlank } from './form-checks.js';
import type { Ending, InterviewState } from './interview-state.js';
import { YES_NO_LISTENING } from './question-types/yes-no.js';
import { questionTypeOf } from './question-types/registry.js';
import type { SpokenTexts } from './texts/spoken-texts.js';

/** Why a prompt is spoken: for the first time (or again, whole, on `*`), or after an input that was no answer. */
export type Occasion = 'asked' | 'silent' | 'invalid';

/** The prompt of a step, with what is listened for. */
export function promptFor(
  survey: SurveyDefinition,
  texts: SpokenTexts,
  step: InterviewState['step'],
  occasion: Occasion,
): Prompt {
  switch (step.kind) {
    case 'consent':
      return consentPrompt(survey, texts, occasion);
    case 'question':
      return questionPrompt(survey, texts, step.index, occasion);
    case 'ended':
      return spoken(texts, [lastWords(texts, step.as)], null);
  }
}

export function apologyPrompt(texts: SpokenTexts): Prompt {
  return spoken(texts, [texts.apology], null);
}

export function voicemailPrompt(survey: SurveyDefinition, texts: SpokenTexts): Prompt | null {
  return isBlank(survey.voicemail) ? null : spoken(texts, [survey.voicemail!], null);
}

/**
 * Introduction, opt-out and consent are one prompt, so that key 9 works while the introduction is still spoken; the
 * opt-out follows the introduction at once (47 CFR 64.1200(b)(3): within two seconds of the identification).
 */
function consentPrompt(survey: SurveyDefinition, texts: SpokenTexts, occasion: Occasion): Prompt {
  const keysSpoken = survey.instructions !== false;
  return spoken(
    texts,
    [
      occasion === 'asked' ? survey.introduction : texts[occasion],
      keysSpoken ? texts.optOut : '',
      texts.consent,
      keysSpoken ? texts.consentKeys : '',
    ],
    YES_NO_LISTENING,
  );
}

function questionPrompt(
  survey: SurveyDefinition,
  texts: SpokenTexts,
  index: number,
  occasion: Occasion,
): Prompt {
  const question = survey.questions[index]!;
  const type = questionTypeOf(question);
  const keysSpoken = question.instructions ?? survey.instructions ?? true;
  return spoken(
    texts,
    [
      occasion === 'asked' ? '' : texts[occasion],
      question.text,
      ...(keysSpoken && texts.language !== null ? type.instructions(question, texts.language) : []),
    ],
    type.listening(question),
  );
}

function lastWords(texts: SpokenTexts, ending: Ending): string {
  switch (ending) {
    case 'completed':
      return texts.closing;
    case 'refused':
      return texts.refused;
    case 'never_again':
      return texts.optedOut;
    case 'no_response':
      return texts.noResponse;
  }
}

function spoken(texts: SpokenTexts, sentences: string[], listen: Listening | null): Prompt {
  const say = sentences.map((sentence) => sentence.trim()).filter((sentence) => sentence !== '');
  return { say, language: texts.voice, listen };
}
