import { describe, expect, it } from 'vitest';
import type { SurveyDefinition } from '../contracts/survey-definition.js';
import { launchProblems } from './survey-launch.js';

const survey: SurveyDefinition = {
  introduction: 'Hello, this is Larkfield Research.',
  questions: [
    { key: 'a', type: 'yes_no', text: 'Yes?' },
    { key: 'b', type: 'scale', text: 'How much?', min: 1, max: 5, required: false },
  ],
};
const codes = (definition: SurveyDefinition, language = 'en-US') =>
  launchProblems(definition, language, 'survey').map(({ field, code }) => [field, code]);

describe('a survey before its launch', () => {
  it.each(['en-US', 'en', 'it-IT', 'it-CH'])(
    'needs no consent, closing or keys of its own in %s',
    (language) => {
      expect(codes(survey, language)).toEqual([]);
    },
  );

  it('needs an introduction, and questions', () => {
    expect(codes({ introduction: ' \n', questions: [] })).toEqual([
      ['survey.introduction', 'required'],
      ['survey.questions', 'required'],
    ]);
    expect(codes({} as SurveyDefinition)).toHaveLength(2);
  });

  it('needs a text for every question and a label for every option', () => {
    const questions: SurveyDefinition['questions'] = [
      { key: 'a', type: 'yes_no', text: '' },
      {
        key: 'b',
        type: 'choice',
        text: ' ',
        options: [
          { value: 'x', label: '' },
          { value: 'y', label: 'Y' },
        ],
      },
    ];
    expect(codes({ ...survey, questions })).toEqual([
      ['survey.questions[0].text', 'required'],
      ['survey.questions[1].text', 'required'],
      ['survey.questions[1].options[0].label', 'required'],
    ]);
  });

  it('needs a required question: completion is measured by them', () => {
    const questions = survey.questions.map((question) => ({ ...question, required: false }));
    expect(codes({ ...survey, questions })).toEqual([['survey.questions', 'no_required_question']]);
  });

  it('must bring its own words in a language the engine does not speak', () => {
    expect(codes(survey, 'de-DE')).toEqual([
      ['survey.consent', 'language_without_texts'],
      ['survey.closing', 'language_without_texts'],
      ['survey.instructions', 'language_without_texts'],
    ]);
  });

  it('must not ask for key instructions in a language the engine does not speak', () => {
    const own = { ...survey, consent: 'Ja 1, nein 2?', closing: 'Danke.', instructions: false };
    expect(codes(own, 'de-DE')).toEqual([]);
    const questions = own.questions.map((question, index) => ({ ...question, instructions: index === 1 }));
    expect(codes({ ...own, questions }, 'de-DE')).toEqual([
      ['survey.questions[1].instructions', 'language_without_texts'],
    ]);
  });

  it('says what it lacks', () => {
    const said = (change: Partial<SurveyDefinition>, language = 'en') =>
      launchProblems({ ...survey, ...change }, language, 'survey').map(({ message }) => message);
    expect(said({ introduction: '' })).toEqual([
      'the introduction is blank: it must say who calls, for whom, and how to call back',
    ]);
    expect(said({ questions: [] })).toEqual(['there are no questions']);
    const optional = survey.questions.map((question) => ({ ...question, required: false }));
    expect(said({ questions: optional })).toEqual(['at least one question must be required']);
    expect(said({ questions: [{ key: 'a', type: 'yes_no', text: '' }] })).toEqual([
      'the text of question "a" is blank',
    ]);
    const reason = 'the engine has no texts in "de-DE", only in en, it';
    expect(said({}, 'de-DE')).toEqual([
      `the survey must bring its consent question: ${reason}`,
      `the survey must bring its closing: ${reason}`,
      `the texts must name the keys themselves, with instructions: false: ${reason}`,
    ]);
    const own = { consent: 'Ja?', closing: 'Danke.', instructions: false };
    const questions = [{ ...survey.questions[0]!, instructions: true }];
    expect(said({ ...own, questions }, 'de-DE')).toEqual([
      `the text must name the keys itself, with instructions: false: ${reason}`,
    ]);
    expect(said({ ...own, questions: undefined as never }, 'de-DE')).toEqual(['there are no questions']);
  });
});
