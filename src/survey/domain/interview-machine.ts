import type { CalleeInput } from '../contracts/prompt.js';
import type { SurveyDefinition } from '../contracts/survey-definition.js';
import { type Occasion, promptFor } from './interview-prompts.js';
import type { Ending, InterviewEffect, InterviewState, InterviewTurn } from './interview-state.js';
import { questionTypeOf } from './question-types/registry.js';
import { NO_KEY, YES_KEY, YES_NO_LISTENING } from './question-types/yes-no.js';
import type { SpokenTexts } from './texts/spoken-texts.js';

/** A prompt is asked at most this often because of silence or unclear input; then the call goes on without it, or ends. */
export const TRIES_PER_PROMPT = 3;
/** `*` repeats a prompt this often; further ones count as unclear input, so that every call ends. */
export const REPEATS_PER_PROMPT = 3;
export const NEVER_AGAIN_KEY = '9';
const REPEAT_KEY = '*';

type Heard = { kind: 'silent' } | { kind: 'unclear' } | { kind: 'repeat' } | { kind: 'keys'; keys: string };

/** The first prompt of a call; `answered` holds the keys of the questions an earlier call has answered. */
export function begin(survey: SurveyDefinition, texts: SpokenTexts, answered: string[]): InterviewTurn {
  const state: InterviewState = {
    voice: texts.voice,
    step: { kind: 'consent' },
    tries: 0,
    repeats: 0,
    answered: [...answered],
  };
  return turn(survey, texts, state, 'asked', []);
}

/** One input. Pure: the same state and input give the same turn; a state that has ended stays as it is. */
export function advance(
  survey: SurveyDefinition,
  texts: SpokenTexts,
  state: InterviewState,
  input: CalleeInput,
): InterviewTurn {
  if (state.step.kind === 'ended') return turn(survey, texts, state, 'asked', []);
  const heard = hear(input, maxDigits(survey, state));
  if (heard.kind === 'repeat' && state.repeats < REPEATS_PER_PROMPT)
    return turn(survey, texts, { ...state, repeats: state.repeats + 1 }, 'asked', []);
  if (heard.kind !== 'keys')
    return unusable(survey, texts, state, heard.kind === 'silent' ? 'silent' : 'invalid');
  return state.step.kind === 'consent'
    ? consent(survey, texts, state, heard.keys)
    : answer(survey, texts, state, state.step.index, heard.keys);
}

function consent(
  survey: SurveyDefinition,
  texts: SpokenTexts,
  state: InterviewState,
  keys: string,
): InterviewTurn {
  switch (keys) {
    case YES_KEY:
      return ask(survey, texts, state, nextQuestion(survey, state, 0), [{ kind: 'consented' }]);
    case NO_KEY:
      return end(survey, texts, state, 'refused', [{ kind: 'refused', neverAgain: false }]);
    case NEVER_AGAIN_KEY:
      return end(survey, texts, state, 'never_again', [{ kind: 'refused', neverAgain: true }]);
    default:
      return unusable(survey, texts, state, 'invalid');
  }
}

function answer(
  survey: SurveyDefinition,
  texts: SpokenTexts,
  state: InterviewState,
  index: number,
  keys: string,
): InterviewTurn {
  const question = survey.questions[index]!;
  const accepted = questionTypeOf(question).accept(question, keys);
  if (!accepted.ok) return unusable(survey, texts, state, 'invalid');
  const after = { ...state, answered: [...state.answered, question.key] };
  return ask(survey, texts, after, nextQuestion(survey, after, index + 1), [
    { kind: 'answered', key: question.key, questionType: question.type, value: accepted.value },
  ]);
}

/** Asks again; at the limit an optional question is passed over and everything else ends the call. Never a refusal. */
function unusable(
  survey: SurveyDefinition,
  texts: SpokenTexts,
  state: InterviewState,
  occasion: 'silent' | 'invalid',
): InterviewTurn {
  if (state.tries + 1 < TRIES_PER_PROMPT)
    return turn(survey, texts, { ...state, tries: state.tries + 1 }, occasion, []);
  if (state.step.kind === 'question' && survey.questions[state.step.index]!.required === false)
    return ask(survey, texts, state, nextQuestion(survey, state, state.step.index + 1), []);
  return end(survey, texts, state, 'no_response', [{ kind: 'no_response' }]);
}

function ask(
  survey: SurveyDefinition,
  texts: SpokenTexts,
  state: InterviewState,
  index: number | null,
  effects: InterviewEffect[],
): InterviewTurn {
  if (index === null) return end(survey, texts, state, 'completed', [...effects, { kind: 'completed' }]);
  const next: InterviewState = { ...state, step: { kind: 'question', index }, tries: 0, repeats: 0 };
  return turn(survey, texts, next, 'asked', effects);
}

function end(
  survey: SurveyDefinition,
  texts: SpokenTexts,
  state: InterviewState,
  as: Ending,
  effects: InterviewEffect[],
): InterviewTurn {
  const ended: InterviewState = { ...state, step: { kind: 'ended', as }, tries: 0, repeats: 0 };
  return turn(survey, texts, ended, 'asked', effects);
}

function turn(
  survey: SurveyDefinition,
  texts: SpokenTexts,
  state: InterviewState,
  occasion: Occasion,
  effects: InterviewEffect[],
): InterviewTurn {
  return { state, prompt: promptFor(survey, texts, state.step, occasion), effects };
}

/** The first unanswered question from `from` on; only optional ones are ever left behind, so the way is forward. */
function nextQuestion(survey: SurveyDefinition, state: InterviewState, from: number): number | null {
  const index = survey.questions.findIndex(
    (question, position) => position >= from && !state.answered.includes(question.key),
  );
  return index === -1 ? null : index;
}

function maxDigits(survey: SurveyDefinition, state: InterviewState): number {
  if (state.step.kind !== 'question') return YES_NO_LISTENING.maxDigits;
  const question = survey.questions[state.step.index]!;
  return questionTypeOf(question).listening(question).maxDigits;
}

/** A lone `#` is an empty input. Speech is unclear as long as no prompt listens for it. */
function hear(input: CalleeInput, longest: number): Heard {
  if (input.kind === 'silence') return { kind: 'silent' };
  if (input.kind === 'speech') return { kind: 'unclear' };
  const keys = input.keys.trim().replace(/#$/, '');
  if (keys === '') return { kind: 'silent' };
  if (keys.includes(REPEAT_KEY)) return { kind: 'repeat' };
  return keys.length <= longest ? { kind: 'keys', keys } : { kind: 'unclear' };
}
