import { choice } from './choice.js';
import { numeric } from './numeric.js';
import type { QuestionType } from './question-type.js';
import { scale } from './scale.js';
import { yesNo } from './yes-no.js';

/** Every type of question there is. */
export const QUESTION_TYPES: readonly QuestionType[] = [yesNo, scale, numeric, choice];

export function findQuestionType(name: unknown): QuestionType | undefined {
  return QUESTION_TYPES.find((type) => type.name === name);
}

/** The type of a question that passed the form check; an unknown one can only come from a newer release. */
export function questionTypeOf(question: { type: string }): QuestionType {
  const type = findQuestionType(question.type);
  if (type === undefined) throw new Error(`There is no question type "${question.type}".`);
  return type;
}
