import { Injectable } from '@nestjs/common';
import type { Tx } from '../../shared/db/tx.js';
import { DomainError, type FieldProblem } from '../../shared/errors/domain-error.js';
import { IdGenerator } from '../../shared/ids/id-generator.js';
import type { SurveyDefinition } from '../contracts/survey-definition.js';
import { Surveys } from '../contracts/surveys.js';
import { formProblems } from '../domain/survey-form.js';
import { launchProblems } from '../domain/survey-launch.js';
import { surveySchema } from '../domain/survey-schema.js';
import { findSurvey, insertNextVersion, type SurveyVersion } from './surveys.sql.js';

/** A version is written once and never changed; the table refuses every UPDATE. */
@Injectable()
export class SurveyRows extends Surveys {
  constructor(private readonly ids: IdGenerator) {
    super();
  }

  override formProblems(definition: unknown, prefix: string): FieldProblem[] {
    return formProblems(definition, prefix);
  }

  override launchProblems(definition: SurveyDefinition, language: string, prefix: string): FieldProblem[] {
    return launchProblems(definition, language, prefix);
  }

  override definitionSchema(): object {
    return surveySchema();
  }

  override async write(
    tx: Tx,
    survey: { campaignId: string; language: string; definition: SurveyDefinition; at: Date },
  ): Promise<{ surveyId: string; version: number }> {
    const surveyId = this.ids.next();
    return { surveyId, version: await insertNextVersion(tx, { ...survey, id: surveyId }) };
  }

  override async read(tx: Tx, surveyId: string): Promise<SurveyVersion> {
    const survey = await findSurvey(tx, surveyId);
    if (survey === undefined) throw new DomainError('not_found', 'There is no such survey.');
    return survey;
  }
}
