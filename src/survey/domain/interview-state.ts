import type { AnswerValue } from '../contracts/survey-definition.js';
import type { InterviewStanding } from '../contracts/interviews.js';
import type { Prompt } from '../contracts/prompt.js';

/** How a call's interview ended. */
export type Ending = 'completed' | 'refused' | 'never_again' | 'no_response';

/**
 * Where an interview stands within one call; plain JSON, kept in `interviews.progress`.
 * - `consent`: the first prompt of every call; `question`: the question at `index`; `ended`: nothing is listened for.
 */
export interface InterviewState {
  /** BCP 47 tag of the voice, settled when the call began. */
  voice: string;
  step: { kind: 'consent' } | { kind: 'question'; index: number } | { kind: 'ended'; as: Ending };
  /** Silent or unclear inputs at this prompt so far. */
  tries: number;
  /** Repetitions asked for at this prompt so far. */
  repeats: number;
  /** Keys of the questions answered, in this call or an earlier one. */
  answered: string[];
}

/** What a turn has established; each is one event and one version of the interview. */
export type InterviewEffect =
  | { kind: 'consented' }
  | { kind: 'answered'; key: string; questionType: string; value: AnswerValue }
  | { kind: 'completed' }
  | { kind: 'refused'; neverAgain: boolean }
  /** Changes nothing but the call's own fate. */
  | { kind: 'no_response' };

export interface InterviewTurn {
  state: InterviewState;
  prompt: Prompt;
  effects: InterviewEffect[];
}

export function standingOf(state: Pick<InterviewState, 'step'>): InterviewStanding {
  if (state.step.kind !== 'ended') return { kind: 'open' };
  switch (state.step.as) {
    case 'completed':
      return { kind: 'completed' };
    case 'refused':
      return { kind: 'refused', neverAgain: false };
    case 'never_again':
      return { kind: 'refused', neverAgain: true };
    case 'no_response':
      return { kind: 'no_response' };
  }
}
