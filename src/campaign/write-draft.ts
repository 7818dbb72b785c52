import type { Tx } from '../shared/db/tx.js';
import { appendEvents } from '../shared/event-log/append-events.js';
import type { SurveyDefinition } from '../survey/contracts/survey-definition.js';
import type { Surveys } from '../survey/contracts/surveys.js';
import { attachSurvey, insertDraft } from './campaigns.sql.js';
import type { CallingPolicy } from './contracts/calling-policy.js';
import { CampaignCreated } from './contracts/events.js';
import type { CampaignSettings } from './domain/campaign-settings.js';

export interface Draft {
  id: string;
  settings: CampaignSettings;
  policy: CallingPolicy;
  survey: SurveyDefinition | null;
  clonedFrom: string | null;
  at: Date;
}

/** A new campaign, its survey's first version and its event, in the caller's transaction. */
export async function writeDraft(tx: Tx, surveys: Surveys, draft: Draft): Promise<void> {
  const { id, settings, policy, survey, clonedFrom, at } = draft;
  await insertDraft(tx, { id, settings, policy, at });
  if (survey !== null) {
    const version = { campaignId: id, language: settings.language, definition: survey, at };
    const { surveyId } = await surveys.write(tx, version);
    await attachSurvey(tx, id, surveyId);
  }
  await appendEvents(tx, [
    CampaignCreated.of({ entityId: id, campaignId: id, version: 1, at }, { name: settings.name, clonedFrom }),
  ]);
}
