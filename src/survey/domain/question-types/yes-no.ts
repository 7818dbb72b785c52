import type { Listening } from '../../contracts/prompt.js';
import type { YesNoQuestion } from '../../contracts/survey-definition.js';
import type { TextLanguage } from '../texts/texts.js';
import type { QuestionType } from './question-type.js';

/** The keys of yes and no, at consent as in every yes_no question. */
export const YES_KEY = '1';
export const NO_KEY = '2';

export const YES_NO_LISTENING: Listening = { maxDigits: 1, finishKey: null, timeoutSeconds: 6 };

export const YES_NO_INSTRUCTIONS: Record<TextLanguage, string> = {
  en: `Press ${YES_KEY} for yes, or ${NO_KEY} for no.`,
  it: `Prema ${YES_KEY} per sì, oppure ${NO_KEY} per no.`,
};

export const yesNo: QuestionType<YesNoQuestion> = {
  name: 'yes_no',
  schema: {
    description: `A question answered by yes (key ${YES_KEY}) or no (key ${NO_KEY}).`,
    properties: {},
    required: [],
    example: { key: 'recommend', type: 'yes_no', text: 'Would you recommend us?' },
  },
  problems: () => [],
  instructions: (_question, language) => [YES_NO_INSTRUCTIONS[language]],
  listening: () => YES_NO_LISTENING,
  accept: (_question, keys) => {
    if (keys === YES_KEY) return { ok: true, value: true };
    return keys === NO_KEY ? { ok: true, value: false } : { ok: false };
  },
};
