import type { FieldProblem } from '../../shared/errors/domain-error.js';
import {
  booleanProblems,
  isRecord,
  missing,
  pathOf,
  TEXT_LIMITS,
  textProblems,
  unknownFieldProblems,
} from './form-checks.js';
import { findQuestionType, QUESTION_TYPES } from './question-types/registry.js';
import {
  MOST_QUESTIONS,
  PARTIAL_THRESHOLD,
  QUESTION_KEY,
  questionFields,
  SURVEY_FIELDS,
} from './survey-schema.js';

/** Everything wrong with the form of a definition, in the order of its fields. Texts may still be missing or blank. */
export function formProblems(definition: unknown, prefix: string): FieldProblem[] {
  if (!isRecord(definition)) {
    const message = `${prefix} must be an object with introduction, consent, questions and closing`;
    return [{ field: prefix, code: 'must_be_object', message }];
  }
  const path = (field: string) => pathOf(prefix, field);
  return [
    ...unknownFieldProblems(definition, SURVEY_FIELDS, prefix),
    ...textProblems(definition.introduction, path('introduction'), TEXT_LIMITS.introduction),
    ...textProblems(definition.consent, path('consent'), TEXT_LIMITS.consent),
    ...questionsProblems(definition.questions, path('questions')),
    ...textProblems(definition.closing, path('closing'), TEXT_LIMITS.closing),
    ...textProblems(definition.voicemail, path('voicemail'), TEXT_LIMITS.voicemail),
    ...thresholdProblems(definition.partialThreshold, path('partialThreshold')),
    ...booleanProblems(definition.instructions, path('instructions')),
  ];
}

function questionsProblems(questions: unknown, field: string): FieldProblem[] {
  if (questions === undefined) return [];
  if (!Array.isArray(questions))
    return [{ field, code: 'must_be_list', message: `${field} must be an array` }];
  if (questions.length > MOST_QUESTIONS)
    return [{ field, code: 'too_many', message: `${field} must have at most ${MOST_QUESTIONS} questions` }];
  const keys = new Map<string, number>();
  return questions.flatMap((question, index) => {
    const path = `${field}[${index}]`;
    if (!isRecord(question))
      return [{ field: path, code: 'must_be_object', message: `${path} must be an object` }];
    return [...questionProblems(question, path), ...duplicateKeyProblems(question.key, index, path, keys)];
  });
}

function questionProblems(question: Record<string, unknown>, path: string): FieldProblem[] {
  const type = findQuestionType(question.type);
  return [
    ...keyProblems(question.key, `${path}.key`),
    ...(type === undefined ? [unknownTypeProblem(question.type, `${path}.type`)] : []),
    ...textProblems(question.text, `${path}.text`, TEXT_LIMITS.question),
    ...booleanProblems(question.required, `${path}.required`),
    ...booleanProblems(question.instructions, `${path}.instructions`),
    // Without a type nobody can tell which further fields belong here.
    ...(type === undefined
      ? []
      : [...type.problems(question, path), ...unknownFieldProblems(question, questionFields(type), path)]),
  ];
}

function keyProblems(key: unknown, field: string): FieldProblem[] {
  if (key === undefined || key === null) return [missing(field)];
  if (typeof key !== 'string') return [{ field, code: 'must_be_text', message: `${field} must be a string` }];
  if (QUESTION_KEY.test(key)) return [];
  const message = `${field} must have 1 to 64 letters, digits, "_" or "-", and start with a letter or a digit`;
  return [{ field, code: 'wrong_format', message }];
}

function duplicateKeyProblems(
  key: unknown,
  index: number,
  path: string,
  keys: Map<string, number>,
): FieldProblem[] {
  if (typeof key !== 'string') return [];
  const first = keys.get(key);
  if (first === undefined) {
    keys.set(key, index);
    return [];
  }
  const message = `the key "${key}" belongs to question ${first + 1} already`;
  return [{ field: `${path}.key`, code: 'not_unique', message }];
}

function unknownTypeProblem(type: unknown, field: string): FieldProblem {
  if (type === undefined || type === null) return missing(field);
  const known = QUESTION_TYPES.map(({ name }) => name).join(', ');
  return { field, code: 'not_permitted', message: `${field} must be one of ${known}` };
}

function thresholdProblems(value: unknown, field: string): FieldProblem[] {
  if (value === undefined) return [];
  if (typeof value !== 'number')
    return [{ field, code: 'must_be_number', message: `${field} must be a number` }];
  const { lowest, highest } = PARTIAL_THRESHOLD;
  if (value >= lowest && value <= highest) return [];
  return [
    {
      field,
      code: value < lowest ? 'too_small' : 'too_large',
      message: `${field} must be between ${lowest} and ${highest}`,
    },
  ];
}
