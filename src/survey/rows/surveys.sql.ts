import type { Tx } from '../../shared/db/tx.js';
import type { SurveyDefinition } from '../contracts/survey-definition.js';

export interface SurveyVersion {
  version: number;
  language: string;
  definition: SurveyDefinition;
}

/** The next version of a campaign's survey; two writers at once collide on (campaign_id, version). */
export async function insertNextVersion(
  tx: Tx,
  survey: { id: string; campaignId: string; language: string; definition: SurveyDefinition; at: Date },
): Promise<number> {
  const row = await tx.row<{ version: number }>(
    `INSERT INTO surveys (id, campaign_id, version, language, definition, created_at)
     SELECT $1::uuid, $2::uuid, COALESCE(max(version), 0) + 1, $3::text, $4::jsonb, $5::timestamptz
       FROM surveys WHERE campaign_id = $2::uuid
     RETURNING version`,
    [survey.id, survey.campaignId, survey.language, JSON.stringify(survey.definition), survey.at],
  );
  return row!.version;
}

export async function findSurvey(tx: Tx, surveyId: string): Promise<SurveyVersion | undefined> {
  const row = await tx.row<SurveyVersion>(`SELECT version, language, definition FROM surveys WHERE id = $1`, [
    surveyId,
  ]);
  return row === undefined ? undefined : { ...row, definition: withEmptyTexts(row.definition) };
}

/** A draft may have been stored without introduction or questions. */
export function withEmptyTexts(stored: Partial<SurveyDefinition>): SurveyDefinition {
  return {
    ...stored,
    introduction: stored.introduction ?? '',
    questions: (stored.questions ?? []).map((question) => ({ ...question, text: question.text ?? '' })),
  };
}
