import type { FieldProblem } from '../../../shared/errors/domain-error.js';
import type { ChoiceQuestion } from '../../contracts/survey-definition.js';
import {
  isBlank,
  isRecord,
  missing,
  TEXT_LIMITS,
  textProblems,
  unknownFieldProblems,
} from '../form-checks.js';
import type { TextLanguage } from '../texts/texts.js';
import type { QuestionType } from './question-type.js';

/** One option is no choice; a tenth would have no key of its own. */
const FEWEST = 2;
const MOST = 9;

const INSTRUCTION: Record<TextLanguage, (key: number, label: string) => string> = {
  en: (key, label) => `Press ${key} for ${label}.`,
  it: (key, label) => `Prema ${key} per ${label}.`,
};

export const choice: QuestionType<ChoiceQuestion> = {
  name: 'choice',
  schema: {
    description: 'One of several options; key 1 is the first option.',
    properties: {
      options: {
        type: 'array',
        minItems: FEWEST,
        maxItems: MOST,
        description: 'In the order of their keys; values are unique.',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['value', 'label'],
          properties: {
            value: {
              type: 'string',
              minLength: 1,
              maxLength: TEXT_LIMITS.optionValue,
              description: 'Stands in the results.',
            },
            label: { type: 'string', maxLength: TEXT_LIMITS.optionLabel, description: 'Is spoken.' },
          },
        },
      },
    },
    required: ['options'],
    example: {
      key: 'channel',
      type: 'choice',
      text: 'How do you shop with us most often?',
      options: [
        { value: 'store', label: 'in a store' },
        { value: 'online', label: 'online' },
      ],
    },
  },
  problems: (question, path) => optionsProblems(question.options, `${path}.options`),
  launchProblems: (question, path) =>
    question.options.flatMap((option, index) =>
      isBlank(option.label)
        ? [
            {
              field: `${path}.options[${index}].label`,
              code: 'required',
              message: `the label of option ${index + 1} is blank`,
            },
          ]
        : [],
    ),
  instructions: (question, language) =>
    question.options.map((option, index) => INSTRUCTION[language](index + 1, option.label)),
  listening: () => ({ maxDigits: 1, finishKey: null, timeoutSeconds: 6 }),
  accept: (question, keys) => {
    const option = /^[1-9]$/.test(keys) ? question.options[Number(keys) - 1] : undefined;
    return option === undefined ? { ok: false } : { ok: true, value: option.value };
  },
};

function optionsProblems(options: unknown, field: string): FieldProblem[] {
  if (options === undefined || options === null) return [missing(field)];
  if (!Array.isArray(options)) return [{ field, code: 'must_be_list', message: `${field} must be an array` }];
  const count = { field, message: `${field} must have ${FEWEST} to ${MOST} options` };
  if (options.length > MOST) return [{ ...count, code: 'too_many' }];
  const problems = options.flatMap((option, index) => optionProblems(option, `${field}[${index}]`));
  if (options.length < FEWEST) problems.push({ ...count, code: 'too_few' });
  const seen = new Set<unknown>();
  options.forEach((option, index) => {
    if (!isRecord(option) || typeof option.value !== 'string') return;
    if (seen.has(option.value))
      problems.push({
        field: `${field}[${index}].value`,
        code: 'not_unique',
        message: `the value "${option.value}" stands for another option already`,
      });
    seen.add(option.value);
  });
  return problems;
}

function optionProblems(option: unknown, path: string): FieldProblem[] {
  if (!isRecord(option))
    return [
      { field: path, code: 'must_be_object', message: `${path} must be an object with value and label` },
    ];
  return [
    ...unknownFieldProblems(option, ['value', 'label'], path),
    ...(option.value === undefined || option.value === '' ? [missing(`${path}.value`)] : []),
    ...textProblems(option.value, `${path}.value`, TEXT_LIMITS.optionValue),
    ...textProblems(option.label, `${path}.label`, TEXT_LIMITS.optionLabel),
  ];
}
