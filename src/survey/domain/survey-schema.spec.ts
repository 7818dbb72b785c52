import { describe, expect, it } from 'vitest';
import { QUESTION_TYPES } from './question-types/registry.js';
import { surveySchema } from './survey-schema.js';

/** The schema stands in the published API: a change of it is a change of the contract. */
const SHARED = {
  key: {
    type: 'string',
    pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$',
    description: 'Identifies the answer in results; unique.',
  },
  text: {
    type: 'string',
    maxLength: 1000,
    description: 'The question as it is spoken.',
  },
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

const TEXTS_AND_SWITCHES = {
  introduction: {
    type: 'string',
    maxLength: 1000,
    description: 'Who calls, for whom, and how to call back. Required to start.',
  },
  consent: {
    type: 'string',
    maxLength: 500,
    description: 'Asks for consent; English and Italian have a default text.',
  },
  closing: {
    type: 'string',
    maxLength: 1000,
    description: 'The last words of a completed interview; English and Italian have a default text.',
  },
  voicemail: {
    type: 'string',
    maxLength: 1000,
    description: 'What an answering machine is told where the campaign leaves messages.',
  },
  partialThreshold: {
    type: 'number',
    minimum: 0.01,
    maximum: 1,
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

const TYPES: Record<string, { description: string; required: string[]; own: object; example: object }> = {
  yes_no: {
    description: 'A question answered by yes (key 1) or no (key 2).',
    required: ['key', 'type'],
    own: {},
    example: {
      key: 'recommend',
      type: 'yes_no',
      text: 'Would you recommend us?',
    },
  },
  scale: {
    description: 'A rating between two whole numbers, such as 1 to 5 or 0 to 10.',
    required: ['key', 'type', 'min', 'max'],
    own: {
      min: {
        type: 'integer',
        minimum: 0,
        maximum: 99,
        description: 'Lowest answer.',
      },
      max: {
        type: 'integer',
        minimum: 0,
        maximum: 99,
        description: 'Highest answer; greater than min.',
      },
    },
    example: {
      key: 'satisfaction',
      type: 'scale',
      text: 'From 1 to 5, how satisfied are you?',
      min: 1,
      max: 5,
    },
  },
  numeric: {
    description: 'A whole number: a count, an amount, a year.',
    required: ['key', 'type', 'min', 'max'],
    own: {
      min: {
        type: 'integer',
        minimum: 0,
        maximum: 999999999,
        description: 'Lowest answer.',
      },
      max: {
        type: 'integer',
        minimum: 0,
        maximum: 999999999,
        description: 'Highest answer; greater than min.',
      },
    },
    example: {
      key: 'visits',
      type: 'numeric',
      text: 'How many times did you visit us this year?',
      min: 0,
      max: 99,
    },
  },
  choice: {
    description: 'One of several options; key 1 is the first option.',
    required: ['key', 'type', 'options'],
    own: {
      options: {
        type: 'array',
        minItems: 2,
        maxItems: 9,
        description: 'In the order of their keys; values are unique.',
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['value', 'label'],
          properties: {
            value: {
              type: 'string',
              minLength: 1,
              maxLength: 100,
              description: 'Stands in the results.',
            },
            label: {
              type: 'string',
              maxLength: 200,
              description: 'Is spoken.',
            },
          },
        },
      },
    },
    example: {
      key: 'channel',
      type: 'choice',
      text: 'How do you shop with us most often?',
      options: [
        {
          value: 'store',
          label: 'in a store',
        },
        {
          value: 'online',
          label: 'online',
        },
      ],
    },
  },
};

describe('the schema of a survey', () => {
  it('is an object of these fields and no others', () => {
    expect(surveySchema()).toEqual({
      type: 'object',
      description: 'The questionnaire: introduction, consent, questions, closing.',
      additionalProperties: false,
      properties: {
        ...TEXTS_AND_SWITCHES,
        questions: { type: 'array', maxItems: 100, items: { oneOf: expect.any(Array) as unknown } },
      },
    });
  });

  it.each(QUESTION_TYPES.map(({ name }) => name))('has an alternative for a question of type %s', (name) => {
    const { properties } = surveySchema() as {
      properties: { questions: { items: { oneOf: { title: string }[] } } };
    };
    const { description, required, own, example } = TYPES[name]!;
    expect(properties.questions.items.oneOf.find(({ title }) => title === name)).toEqual({
      type: 'object',
      title: name,
      description,
      additionalProperties: false,
      required,
      properties: { type: { type: 'string', enum: [name] }, ...SHARED, ...own },
      example,
    });
  });
});
