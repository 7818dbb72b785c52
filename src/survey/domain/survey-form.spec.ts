import { describe, expect, it } from 'vitest';
import { QUESTION_TYPES } from './question-types/registry.js';
import { formProblems } from './survey-form.js';
import { questionFields, surveySchema } from './survey-schema.js';

const codes = (definition: unknown) =>
  formProblems(definition, 'survey').map(({ field, code }) => [field, code]);
const yesNo = (key: unknown) => ({ key, type: 'yes_no', text: 'Yes?' });

describe('the form of a survey', () => {
  it('is sound for a complete survey of every question type', () => {
    const questions = QUESTION_TYPES.map((type) => type.schema.example);
    expect(
      codes({
        introduction: 'Hello.',
        consent: 'May we?',
        questions,
        closing: 'Bye.',
        partialThreshold: 0.5,
      }),
    ).toEqual([]);
  });

  it('lets a draft lack its texts and its questions', () => {
    expect(codes({})).toEqual([]);
    expect(codes({ introduction: '', questions: [{ key: 'a', type: 'yes_no' }] })).toEqual([]);
  });

  it.each([[null], [[]], ['text'], [7], [undefined]])(
    'gives one problem where no object is given: %j',
    (definition) => {
      expect(codes(definition)).toEqual([['survey', 'must_be_object']]);
    },
  );

  it('tells every problem at once, each with its path', () => {
    expect(
      codes({
        introduction: 7,
        consent: 'x'.repeat(501),
        welcome: 'Hi',
        questions: [
          { ...yesNo('a'), min: 1 },
          { key: 'a b', type: 'scale', text: 'How?', min: 5, max: 1 },
          { key: 'c', type: 'essay', text: 'Why?', words: 100 },
          yesNo('a'),
          'text',
          { text: null, required: 'yes', instructions: 0 },
          yesNo(5),
        ],
        closing: null,
        partialThreshold: 50,
        instructions: 'no',
      }),
    ).toEqual([
      ['survey.welcome', 'unknown_field'],
      ['survey.introduction', 'must_be_text'],
      ['survey.consent', 'too_long'],
      ['survey.questions[0].min', 'unknown_field'],
      ['survey.questions[1].key', 'wrong_format'],
      ['survey.questions[1].max', 'too_small'],
      ['survey.questions[2].type', 'not_permitted'],
      ['survey.questions[3].key', 'not_unique'],
      ['survey.questions[4]', 'must_be_object'],
      ['survey.questions[5].key', 'required'],
      ['survey.questions[5].type', 'required'],
      ['survey.questions[5].text', 'must_be_text'],
      ['survey.questions[5].required', 'must_be_boolean'],
      ['survey.questions[5].instructions', 'must_be_boolean'],
      ['survey.questions[6].key', 'must_be_text'],
      ['survey.closing', 'must_be_text'],
      ['survey.partialThreshold', 'too_large'],
      ['survey.instructions', 'must_be_boolean'],
    ]);
  });

  it.each(['', '__proto__', '-a', 'a.b', 'è', 'x'.repeat(65)])('refuses the key %j', (key) => {
    expect(codes({ questions: [yesNo(key)] })).toEqual([['survey.questions[0].key', 'wrong_format']]);
  });

  it.each(['a', 'A1', '1', 'net_promoter-2', 'x'.repeat(64)])('takes the key %j', (key) => {
    expect(codes({ questions: [yesNo(key)] })).toEqual([]);
  });

  it.each(['a\u0000b', 'a\u0007', '\ud800', 'a\ufffe'])(
    'refuses text nobody can store or speak: %j',
    (text) => {
      expect(codes({ introduction: text })).toEqual([['survey.introduction', 'invalid_text']]);
    },
  );

  it('takes any language and line breaks', () => {
    expect(codes({ introduction: 'Perché no?\n\tDétente 你好 👋' })).toEqual([]);
  });

  it('refuses more questions than a call can hold, without looking at each', () => {
    expect(codes({ questions: Array(101).fill(7) })).toEqual([['survey.questions', 'too_many']]);
    expect(codes({ questions: {} })).toEqual([['survey.questions', 'must_be_list']]);
  });

  it.each([
    ['0.5', 'must_be_number'],
    [0, 'too_small'],
    [1.1, 'too_large'],
    [null, 'must_be_number'],
  ])('refuses the threshold %j', (partialThreshold, code) => {
    expect(codes({ partialThreshold })).toEqual([['survey.partialThreshold', code]]);
  });
});

describe('what is said of the form of a survey', () => {
  const said = (definition: unknown, prefix = 'survey') =>
    formProblems(definition, prefix).map(({ message }) => message);
  const question = (change: object) => said({ questions: [{ ...yesNo('a'), ...change }] });
  const path = 'survey.questions[0]';

  it.each<[unknown, string]>([
    [7, 'survey must be an object with introduction, consent, questions and closing'],
    [{ introduction: 7 }, 'survey.introduction must be a string'],
    [{ introduction: 'x'.repeat(1_001) }, 'survey.introduction must have at most 1000 characters'],
    [{ introduction: '\u0007' }, 'survey.introduction must not contain control characters'],
    [{ instructions: 1 }, 'survey.instructions must be true or false'],
    [{ questions: {} }, 'survey.questions must be an array'],
    [{ questions: Array(101).fill(7) }, 'survey.questions must have at most 100 questions'],
    [{ questions: [7] }, 'survey.questions[0] must be an object'],
    [{ partialThreshold: 'x' }, 'survey.partialThreshold must be a number'],
    [{ partialThreshold: 2 }, 'survey.partialThreshold must be between 0.01 and 1'],
    [
      { welcome: 'Hi' },
      'survey.welcome is not a known field; known are introduction, consent, questions, closing, voicemail, partialThreshold, instructions',
    ],
  ])('names the field and what it may be: %j', (definition, message) => {
    expect(said(definition)).toEqual([message]);
  });

  it('names the question, and counts questions as people do', () => {
    expect(question({ key: null })).toEqual([`${path}.key is required`]);
    expect(question({ key: 5 })).toEqual([`${path}.key must be a string`]);
    expect(question({ key: '-' })).toEqual([
      `${path}.key must have 1 to 64 letters, digits, "_" or "-", and start with a letter or a digit`,
    ]);
    expect(question({ type: null })).toEqual([`${path}.type is required`]);
    const names = QUESTION_TYPES.map(({ name }) => name).join(', ');
    expect(question({ type: 'essay' })).toEqual([`${path}.type must be one of ${names}`]);
    expect(said({ questions: [yesNo('b'), yesNo('a'), yesNo('a')] })).toEqual([
      'the key "a" belongs to question 2 already',
    ]);
    expect(said({ questions: [yesNo(5), yesNo(5)] })).toEqual([
      'survey.questions[0].key must be a string',
      'survey.questions[1].key must be a string',
    ]);
  });

  it('says of bounds how they may lie', () => {
    const scale = (min: unknown, max: unknown) => question({ type: 'scale', min, max });
    expect(scale(1, 1)).toEqual([`${path}.max must be greater than ${path}.min`]);
    expect(scale(0, 99)).toEqual([]);
    expect(scale(-1, 100)).toEqual([
      `${path}.min must be between 0 and 99`,
      `${path}.max must be between 0 and 99`,
    ]);
    expect(scale('1', 2.5)).toEqual([
      `${path}.min must be a whole number`,
      `${path}.max must be a whole number`,
    ]);
    // A bound that is wrong by itself is not compared as well.
    expect(scale(-1, -5)).toHaveLength(2);
    expect(scale(5, -1)).toHaveLength(1);
  });

  it('names fields without a prefix where there is none', () => {
    expect(said({ introduction: 7 }, '')).toEqual(['introduction must be a string']);
  });

  it('takes texts and thresholds up to their limits', () => {
    const limits = {
      introduction: 'x'.repeat(1_000),
      consent: 'x'.repeat(500),
      closing: 'x'.repeat(1_000),
      questions: Array.from({ length: 100 }, (_, n) => ({ ...yesNo(`q${n}`), text: 'x'.repeat(1_000) })),
    };
    expect(said(limits)).toEqual([]);
    expect([said({ partialThreshold: 0.01 }), said({ partialThreshold: 1 })]).toEqual([[], []]);
    expect(codes({ questions: [{ ...yesNo('a'), type: 'scale', min: -1, max: 5 }] })).toEqual([
      ['survey.questions[0].min', 'too_small'],
    ]);
  });
});

describe('the documented schema of a survey', () => {
  const schema = surveySchema() as {
    properties: {
      questions: { items: { oneOf: { title: string; required: string[]; properties: object }[] } };
    };
  };

  it('has one alternative per question type, with the fields the form check knows', () => {
    const alternatives = schema.properties.questions.items.oneOf;
    expect(alternatives.map(({ title }) => title)).toEqual(QUESTION_TYPES.map(({ name }) => name));
    alternatives.forEach((alternative, index) => {
      expect(Object.keys(alternative.properties).sort()).toEqual(
        questionFields(QUESTION_TYPES[index]!).sort(),
      );
      expect(alternative.required.slice(0, 2)).toEqual(['key', 'type']);
    });
  });

  it('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });
});
