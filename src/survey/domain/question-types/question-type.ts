import type { FieldProblem } from '../../../shared/errors/domain-error.js';
import type { Listening } from '../../contracts/prompt.js';
import type { AnswerValue, QuestionText } from '../../contracts/survey-definition.js';
import type { TextLanguage } from '../texts/texts.js';

/** A question of whatever type; its own fields are known to its type only. */
export type AskedQuestion = QuestionText & { type: string };

export type Accepted = { ok: true; value: AnswerValue } | { ok: false };

/**
 * Everything the engine knows about one type of question. A new type is one file that exports this, and one line in
 * registry.ts: form, documentation, prompts and interview follow from it.
 */
export interface QuestionType<Q extends AskedQuestion = AskedQuestion> {
  /** The word that stands in `type`. */
  readonly name: string;
  /** JSON schema of the fields only this type has (OpenAPI 3.0 dialect), and a whole question as an example. */
  readonly schema: {
    description: string;
    properties: Record<string, object>;
    required: string[];
    example: Q;
  };
  /** What is wrong with the form of those fields; blank texts are a matter of `launchProblems`. */
  problems(question: Record<string, unknown>, path: string): FieldProblem[];
  /** Texts of its own that must be there before anybody is called. */
  launchProblems?(question: Q, path: string): FieldProblem[];
  /** Which keys answer the question, as spoken sentences. */
  instructions(question: Q, language: TextLanguage): string[];
  listening(question: Q): Listening;
  /** Keys without `#` and `*`, at least one and no more than `listening` waits for. */
  accept(question: Q, keys: string): Accepted;
}
