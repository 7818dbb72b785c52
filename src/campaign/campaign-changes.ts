import type { FieldProblem } from '../shared/errors/domain-error.js';
import { checkBody } from '../shared/http/check-body.js';
import type { SurveyDefinition } from '../survey/contracts/survey-definition.js';
import type { Surveys } from '../survey/contracts/surveys.js';
import { CampaignBody } from './campaign-body.dto.js';
import type { CallingPolicy } from './contracts/calling-policy.js';
import { type CampaignSettings, mergeSettings } from './domain/campaign-settings.js';
import { mergePolicy } from './domain/policy-input.js';

/** A campaign as it would be after a body was laid over it. */
export interface CampaignChanges {
  settings: CampaignSettings;
  policy: CallingPolicy;
  /** undefined: untouched; null: taken away. */
  survey: SurveyDefinition | null | undefined;
  problems: FieldProblem[];
}

export interface CheckedBody {
  value: CampaignBody;
  problems: FieldProblem[];
  /** The known fields that the body has. */
  fields: (keyof CampaignBody)[];
}

export async function readCampaignBody(body: unknown): Promise<CheckedBody> {
  const { value, problems } = await checkBody(CampaignBody, body);
  const named = problems.filter((problem) => problem.code === 'unknown_field').map(({ field }) => field);
  const fields = (Object.keys(value) as (keyof CampaignBody)[]).filter(
    (field) => value[field] !== undefined && !named.includes(field),
  );
  return { value, problems, fields };
}

/** Lays a body over a campaign; every problem of form and meaning is reported at once. */
export function layOver(
  present: { settings: CampaignSettings; policy: CallingPolicy },
  { value, problems }: CheckedBody,
  surveys: Surveys,
): CampaignChanges {
  const { settings, problems: ofSettings } = mergeSettings(present.settings, value);
  const { policy, problems: ofPolicy } = mergePolicy(present.policy, value.policy);
  const ofSurvey = value.survey == null ? [] : surveys.formProblems(value.survey, 'survey');
  return {
    settings,
    policy,
    survey: value.survey as SurveyDefinition | null | undefined,
    problems: [...problems, ...ofSettings, ...ofSurvey, ...ofPolicy],
  };
}
