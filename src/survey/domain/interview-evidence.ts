import type { InterviewEvidence } from '../contracts/interviews.js';
import type { SurveyDefinition } from '../contracts/survey-definition.js';

const DEFAULT_PARTIAL_THRESHOLD = 0.5;

export const NO_INTERVIEW: InterviewEvidence = {
  consented: false,
  answered: 0,
  isFinished: false,
  reachedPartialThreshold: false,
  status: 'none',
};

/** What the stored answers of an interview prove; `answeredKeys` are those of all its calls. */
export function weigh(
  survey: SurveyDefinition,
  interview: { status: 'open' | 'completed' | 'refused'; consented: boolean; answeredKeys: string[] },
): InterviewEvidence {
  const answered = new Set(interview.answeredKeys);
  const required = survey.questions.filter((question) => question.required !== false);
  const requiredAnswered = required.filter((question) => answered.has(question.key)).length;
  const threshold = survey.partialThreshold ?? DEFAULT_PARTIAL_THRESHOLD;
  return {
    consented: interview.consented,
    answered: answered.size,
    isFinished:
      interview.status === 'completed' ||
      (interview.status === 'open' && required.length > 0 && requiredAnswered === required.length),
    reachedPartialThreshold: requiredAnswered > 0 && requiredAnswered / required.length >= threshold,
    status: interview.status,
  };
}
