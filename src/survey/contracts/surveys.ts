import type { FieldProblem } from '../../shared/errors/domain-error.js';
import type { Tx } from '../../shared/db/tx.js';
import type { SurveyDefinition } from './survey-definition.js';

/** Versions of a campaign's survey; each version is a row of its own and never changes. */
export abstract class Surveys {
  /**
   * What is wrong with the form of a definition (types, bounds, unknown fields, duplicate keys); paths start with
   * `prefix`. A draft may still lack texts; an input that is no object yields one problem.
   */
  abstract formProblems(definition: unknown, prefix: string): FieldProblem[];
  /** What is still missing before anyone may be called: introduction, questions, texts of a language without defaults. */
  abstract launchProblems(definition: SurveyDefinition, language: string, prefix: string): FieldProblem[];
  /** JSON schema of a definition, one alternative per question type; the form `formProblems` checks, for the API's documentation. */
  abstract definitionSchema(): object;
  /** Writes the next version and returns its id. */
  abstract write(
    tx: Tx,
    survey: { campaignId: string; language: string; definition: SurveyDefinition; at: Date },
  ): Promise<{ surveyId: string; version: number }>;
  /** Throws `not_found`. Texts and questions a draft still lacks come back empty. */
  abstract read(
    tx: Tx,
    surveyId: string,
  ): Promise<{ version: number; language: string; definition: SurveyDefinition }>;
}
