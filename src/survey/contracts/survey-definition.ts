/** The questionnaire as operators write it. Stored as it was given; a version is immutable. */
export interface SurveyDefinition {
  /** Who calls, for whom, and how to call back. Required to start. */
  introduction: string;
  /** The question that asks for consent; a default text exists for it-IT and en-US families. */
  consent?: string;
  questions: Question[];
  closing?: string;
  /** What an answering machine is told where the campaign leaves messages; without it machines are hung up on. */
  voicemail?: string;
  /** Share of required questions answered from which a broken-off interview counts as partial; default 0.5. */
  partialThreshold?: number;
  /**
   * false where the texts already name the keys: the engine then speaks neither key instructions nor the opt-out.
   * A question's own `instructions` prevails for that question.
   */
  instructions?: boolean;
}

/** What questions of every type have. */
export interface QuestionText {
  /** Identifies the answer in results; letters, digits, `_` and `-`, unique in the survey. */
  key: string;
  text: string;
  /** Default true. */
  required?: boolean;
  instructions?: boolean;
}

export interface YesNoQuestion extends QuestionText {
  type: 'yes_no';
}
export interface ScaleQuestion extends QuestionText {
  type: 'scale';
  min: number;
  max: number;
}
export interface NumericQuestion extends QuestionText {
  type: 'numeric';
  min: number;
  max: number;
}
export interface ChoiceQuestion extends QuestionText {
  type: 'choice';
  /** Key 1 is the first option; at most nine. */
  options: { value: string; label: string }[];
}
export type Question = YesNoQuestion | ScaleQuestion | NumericQuestion | ChoiceQuestion;

/** true/false for yes_no, the number for scale and numeric, the option's value for choice. */
export type AnswerValue = boolean | number | string;
