import { TEXT_LIMITS } from './form-checks.js';
import type { QuestionType } from './question-types/question-type.js';
import { QUESTION_TYPES } from './question-types/registry.js';

/** An hour of questions; more is a mistake in the file. */
export const MOST_QUESTIONS = 100;

/** Starts with a letter or a digit, so that a key is never a name objects have of their own, such as `__proto__`. */
export const QUESTION_KEY = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** A threshold of 0 would make a partial interview of a call without any answer. */
export const PARTIAL_THRESHOLD = { lowest: 0.01, highest: 1 };

const SHARED_PROPERTIES = {
  key: {
    type: 'string',
    pattern: QUESTION_KEY.source,
    description: 'Identifies the answer in results; unique.',
  },
  text: { type: 'string', maxLength: TEXT_LIMITS.question, description: 'The question as it is spoken.' },
  required: {
    type: 'boolean',
    default: true,
    description: 'false: silence to the limit goes on to the next question instead of ending the call.',
  },
  instructions: {
    type: 'boolean',
    default: true,
    description: 'false where the text itself names the keys.',
  },
};

const SURVEY_PROPERTIES = {
  introduction: {
    type: 'string',
    maxLength: TEXT_LIMITS.introduction,
    description: 'Who calls, for whom, and how to call back. Required to start.',
  },
  consent: {
    type: 'string',
    maxLength: TEXT_LIMITS.consent,
    description: 'Asks for consent; English and Italian have a default text.',
  },
  questions: {
    type: 'array',
    maxItems: MOST_QUESTIONS,
    items: { oneOf: QUESTION_TYPES.map(questionSchema) },
  },
  closing: {
    type: 'string',
    maxLength: TEXT_LIMITS.closing,
    description: 'The last words of a completed interview; English and Italian have a default text.',
  },
  voicemail: {
    type: 'string',
    maxLength: TEXT_LIMITS.voicemail,
    description: 'What an answering machine is told where the campaign leaves messages.',
  },
  partialThreshold: {
    type: 'number',
    minimum: PARTIAL_THRESHOLD.lowest,
    maximum: PARTIAL_THRESHOLD.highest,
    default: 0.5,
    description: 'Share of required questions answered from which a broken-off interview counts as partial.',
  },
  instructions: {
    type: 'boolean',
    default: true,
    description:
      'false where the texts name the keys: neither key instructions nor the opt-out (key 9) are added.',
  },
};

export const SURVEY_FIELDS = Object.keys(SURVEY_PROPERTIES);

export function questionFields(type: QuestionType): string[] {
  return ['type', ...Object.keys(SHARED_PROPERTIES), ...Object.keys(type.schema.properties)];
}

/** The definition as a JSON schema (OpenAPI 3.0 dialect). Nothing is required: a draft may lack what a start needs. */
export function surveySchema(): object {
  return {
    type: 'object',
    description: 'The questionnaire: introduction, consent, questions, closing.',
    additionalProperties: false,
    properties: SURVEY_PROPERTIES,
  };
}

function questionSchema(type: QuestionType): object {
  return {
    type: 'object',
    title: type.name,
    description: type.schema.description,
    additionalProperties: false,
    required: ['key', 'type', ...type.schema.required],
    properties: {
      type: { type: 'string', enum: [type.name] },
      ...SHARED_PROPERTIES,
      ...type.schema.properties,
    },
    example: type.schema.example,
  };
}
