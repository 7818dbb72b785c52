import { describe, expect, it } from 'vitest';
import type { SurveyDefinition } from '../contracts/survey-definition.js';
import { NO_INTERVIEW, weigh } from './interview-evidence.js';

const survey: SurveyDefinition = {
  introduction: 'Hello.',
  questions: [
    { key: 'a', type: 'yes_no', text: 'A?' },
    { key: 'b', type: 'yes_no', text: 'B?' },
    { key: 'c', type: 'yes_no', text: 'C?', required: false },
  ],
};
const open = (...answeredKeys: string[]) => ({ status: 'open' as const, consented: true, answeredKeys });

describe('the evidence of an interview', () => {
  it('counts required answers apart from all answers', () => {
    expect(weigh(survey, open('a', 'c'))).toEqual({
      consented: true,
      answered: 2,
      isFinished: false,
      reachedPartialThreshold: true,
      status: 'open',
    });
  });

  it('is finished with every required answer, whatever else is open, unless it was refused', () => {
    expect(weigh(survey, open('a', 'b')).isFinished).toBe(true);
    expect(weigh(survey, open('a', 'c')).isFinished).toBe(false);
    expect(weigh(survey, { ...open('a', 'b'), status: 'refused' }).isFinished).toBe(false);
    expect(weigh(survey, { ...open(), status: 'completed' }).isFinished).toBe(true);
    expect(weigh({ ...survey, questions: [] }, open()).isFinished).toBe(false);
  });

  it('reaches the threshold by required answers only, half of them by default', () => {
    expect(weigh(survey, open('c')).reachedPartialThreshold).toBe(false);
    expect(weigh(survey, open('a')).reachedPartialThreshold).toBe(true);
    expect(weigh({ ...survey, partialThreshold: 0.75 }, open('a')).reachedPartialThreshold).toBe(false);
    expect(weigh({ ...survey, partialThreshold: 0.01 }, open()).reachedPartialThreshold).toBe(false);
  });

  it('reaches no threshold without required questions', () => {
    expect(weigh({ ...survey, questions: [] }, open()).reachedPartialThreshold).toBe(false);
  });

  it('takes no required answer for no partial interview, however low the threshold', () => {
    const optional = { ...survey, questions: survey.questions.map((one) => ({ ...one, required: false })) };
    expect(weigh(optional, open('a')).reachedPartialThreshold).toBe(false);
    expect(weigh({ ...survey, partialThreshold: 0 }, open('c')).reachedPartialThreshold).toBe(false);
  });

  it('is nothing where there was no interview', () => {
    expect(NO_INTERVIEW).toEqual({
      consented: false,
      answered: 0,
      isFinished: false,
      reachedPartialThreshold: false,
      status: 'none',
    });
  });
});
