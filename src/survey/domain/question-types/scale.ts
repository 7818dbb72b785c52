import type { ScaleQuestion } from '../../contracts/survey-definition.js';
import {
  acceptBounded,
  boundsInstructions,
  boundsListening,
  boundsProblems,
  boundsSchema,
} from './bounded-number.js';
import type { QuestionType } from './question-type.js';

const LIMITS = { lowest: 0, highest: 99 };

export const scale: QuestionType<ScaleQuestion> = {
  name: 'scale',
  schema: {
    description: 'A rating between two whole numbers, such as 1 to 5 or 0 to 10.',
    properties: boundsSchema(LIMITS),
    required: ['min', 'max'],
    example: {
      key: 'satisfaction',
      type: 'scale',
      text: 'From 1 to 5, how satisfied are you?',
      min: 1,
      max: 5,
    },
  },
  problems: (question, path) => boundsProblems(question, path, LIMITS),
  instructions: boundsInstructions,
  listening: (question) => boundsListening(question, 6),
  accept: acceptBounded,
};
