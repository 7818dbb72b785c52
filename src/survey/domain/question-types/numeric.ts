import type { NumericQuestion } from '../../contracts/survey-definition.js';
import {
  acceptBounded,
  boundsInstructions,
  boundsListening,
  boundsProblems,
  boundsSchema,
} from './bounded-number.js';
import type { QuestionType } from './question-type.js';

/** Keys know no sign and no comma; nine digits are as many as a person enters without looking. */
const LIMITS = { lowest: 0, highest: 999_999_999 };

export const numeric: QuestionType<NumericQuestion> = {
  name: 'numeric',
  schema: {
    description: 'A whole number: a count, an amount, a year.',
    properties: boundsSchema(LIMITS),
    required: ['min', 'max'],
    example: {
      key: 'visits',
      type: 'numeric',
      text: 'How many times did you visit us this year?',
      min: 0,
      max: 99,
    },
  },
  problems: (question, path) => boundsProblems(question, path, LIMITS),
  instructions: boundsInstructions,
  // A count has to be thought of before the first key, a rating less so.
  listening: (question) => boundsListening(question, 8),
  accept: acceptBounded,
};
