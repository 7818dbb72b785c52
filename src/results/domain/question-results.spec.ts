import { describe, expect, it } from 'vitest';
import type { Question } from '../../survey/contracts/survey-definition.js';
import { questionResults } from './question-results.js';

const scale: Question = { key: 'satisfaction', type: 'scale', text: 'How satisfied?', min: 1, max: 3 };
const yesNo: Question = { key: 'recommend', type: 'yes_no', text: 'Recommend?' };
const numeric: Question = { key: 'visits', type: 'numeric', text: 'Visits?', min: 0, max: 99 };
const choice: Question = {
  key: 'channel',
  type: 'choice',
  text: 'Where?',
  options: [
    { value: 'store', label: 'in a store' },
    { value: 'online', label: 'online' },
  ],
};

describe('results per question', () => {
  it('lists every value of a scale, also those nobody gave', () => {
    const [result] = questionResults(
      [scale],
      [
        { key: 'satisfaction', value: 3, answers: 3 },
        { key: 'satisfaction', value: 1, answers: 1 },
      ],
      [{ key: 'satisfaction', answered: 4, mean: 2.5, min: 1, max: 3 }],
    );
    expect(result).toMatchObject({ answered: 4, mean: 2.5, min: 1, max: 3, otherAnswers: 0 });
    expect(result!.distribution.map((row) => [row.value, row.answers, row.share])).toEqual([
      [1, 1, 0.25],
      [2, 0, 0],
      [3, 3, 0.75],
    ]);
  });

  it('labels yes and no, and the options of a choice', () => {
    const results = questionResults(
      [yesNo, choice],
      [
        { key: 'recommend', value: false, answers: 2 },
        { key: 'channel', value: 'online', answers: 1 },
      ],
      [
        { key: 'recommend', answered: 2, mean: null, min: null, max: null },
        { key: 'channel', answered: 1, mean: null, min: null, max: null },
      ],
    );
    expect(results.map(({ distribution }) => distribution.map((row) => [row.label, row.answers]))).toEqual([
      [
        ['yes', 0],
        ['no', 2],
      ],
      [
        ['in a store', 0],
        ['online', 1],
      ],
    ]);
    expect(results[0]!.mean).toBeNull();
  });

  it('lists the values of a numeric question that were given, in their order, and counts the others', () => {
    const [result] = questionResults(
      [numeric],
      [
        { key: 'visits', value: 12, answers: 2 },
        { key: 'visits', value: 3, answers: 1 },
      ],
      [{ key: 'visits', answered: 5, mean: 9, min: 0, max: 20 }],
    );
    expect(result!.distribution.map((row) => row.value)).toEqual([3, 12]);
    expect(result!.otherAnswers).toBe(2);
  });

  it('gives zeros for a question nobody has answered', () => {
    const [result] = questionResults([yesNo], [], []);
    expect(result).toMatchObject({ answered: 0, otherAnswers: 0, mean: null, min: null, max: null });
    expect(result!.distribution.every((row) => row.answers === 0 && row.share === 0)).toBe(true);
  });
});
