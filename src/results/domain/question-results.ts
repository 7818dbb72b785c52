import type { AnswerValue, Question } from '../../survey/contracts/survey-definition.js';

/** How often one value was given to one question. */
export interface AnswerCount {
  key: string;
  value: AnswerValue;
  answers: number;
}

/** Figures over every answer to one question; null where the answers are no numbers. */
export interface AnswerFigures {
  key: string;
  answered: number;
  mean: number | null;
  min: number | null;
  max: number | null;
}

export interface DistributionRow {
  value: AnswerValue;
  label: string;
  answers: number;
  /** Of those who answered this question; 0 when nobody has. */
  share: number;
}

export interface QuestionResults {
  key: string;
  type: string;
  text: string;
  answered: number;
  distribution: DistributionRow[];
  /** Answers whose value is too rare to be listed. */
  otherAnswers: number;
  mean: number | null;
  min: number | null;
  max: number | null;
}

/**
 * What was answered to each question, in the order of the survey. Values that could have been given and were not stand
 * there with 0, except of questions that have no list of them, such as numeric ones.
 */
export function questionResults(
  questions: Question[],
  counts: AnswerCount[],
  figures: AnswerFigures[],
): QuestionResults[] {
  return questions.map((question) => {
    const mine = counts.filter((count) => count.key === question.key);
    const totals = figures.find((figure) => figure.key === question.key);
    const answered = totals?.answered ?? 0;
    const distribution = possible(question, mine).map(({ value, label }) => {
      const answers = mine.find((count) => count.value === value)?.answers ?? 0;
      return { value, label, answers, share: answered === 0 ? 0 : answers / answered };
    });
    const listed = distribution.reduce((sum, row) => sum + row.answers, 0);
    return {
      key: question.key,
      type: question.type,
      text: question.text,
      answered,
      distribution,
      otherAnswers: answered - listed,
      mean: totals?.mean ?? null,
      min: totals?.min ?? null,
      max: totals?.max ?? null,
    };
  });
}

function possible(question: Question, given: AnswerCount[]): { value: AnswerValue; label: string }[] {
  switch (question.type) {
    case 'yes_no':
      return [
        { value: true, label: 'yes' },
        { value: false, label: 'no' },
      ];
    case 'choice':
      return question.options.map(({ value, label }) => ({ value, label }));
    case 'scale':
      return Array.from({ length: question.max - question.min + 1 }, (_, step) =>
        numbered(question.min + step),
      );
    default:
      // No list of what could have been said: what was said.
      return given
        .map(({ value }) => ({ value, label: String(value) }))
        .sort((a, b) => a.label.localeCompare(b.label, 'en', { numeric: true }));
  }
}

function numbered(value: number): { value: number; label: string } {
  return { value, label: String(value) };
}
