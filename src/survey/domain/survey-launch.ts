import type { FieldProblem } from '../../shared/errors/domain-error.js';
import type { Question, SurveyDefinition } from '../contracts/survey-definition.js';
import { isBlank, pathOf } from './form-checks.js';
import { questionTypeOf } from './question-types/registry.js';
import { TEXT_LANGUAGES, textLanguageOf } from './texts/spoken-texts.js';

/** What a definition of sound form still lacks before anyone may be called with it. */
export function launchProblems(survey: SurveyDefinition, language: string, prefix: string): FieldProblem[] {
  const path = (field: string) => pathOf(prefix, field);
  const questions = survey.questions ?? [];
  return [
    ...(isBlank(survey.introduction)
      ? [
          {
            field: path('introduction'),
            code: 'required',
            message: 'the introduction is blank: it must say who calls, for whom, and how to call back',
          },
        ]
      : []),
    ...requiredQuestionProblems(questions, path('questions')),
    ...questions.flatMap((question, index) => textProblems(question, `${path('questions')}[${index}]`)),
    ...(textLanguageOf(language) === null ? ownTextProblems(survey, language, path) : []),
  ];
}

/** Completion is measured by required questions: without any, every answered call would count as an interview. */
function requiredQuestionProblems(questions: Question[], field: string): FieldProblem[] {
  if (questions.length === 0) return [{ field, code: 'required', message: 'there are no questions' }];
  if (questions.some((question) => question.required !== false)) return [];
  return [{ field, code: 'no_required_question', message: 'at least one question must be required' }];
}

function textProblems(question: Question, path: string): FieldProblem[] {
  return [
    ...(isBlank(question.text)
      ? [
          {
            field: `${path}.text`,
            code: 'required',
            message: `the text of question "${question.key}" is blank`,
          },
        ]
      : []),
    ...(questionTypeOf(question).launchProblems?.(question, path) ?? []),
  ];
}

/** A language the engine has no words in must bring its own, and name the keys in its own texts. */
function ownTextProblems(
  survey: SurveyDefinition,
  language: string,
  path: (field: string) => string,
): FieldProblem[] {
  const reason = `the engine has no texts in "${language}", only in ${TEXT_LANGUAGES.join(', ')}`;
  const needed = (field: string, what: string): FieldProblem => ({
    field,
    code: 'language_without_texts',
    message: `${what}: ${reason}`,
  });
  return [
    ...(isBlank(survey.consent)
      ? [needed(path('consent'), 'the survey must bring its consent question')]
      : []),
    ...(isBlank(survey.closing) ? [needed(path('closing'), 'the survey must bring its closing')] : []),
    ...(survey.instructions === false
      ? []
      : [needed(path('instructions'), 'the texts must name the keys themselves, with instructions: false')]),
    ...(survey.questions ?? []).flatMap((question, index) =>
      question.instructions === true
        ? [
            needed(
              `${path('questions')}[${index}].instructions`,
              'the text must name the keys itself, with instructions: false',
            ),
          ]
        : [],
    ),
  ];
}
