import { isDeepStrictEqual } from 'node:util';
import type { Tx } from '../../shared/db/tx.js';
import { appendEvents } from '../../shared/event-log/append-events.js';
import type { DomainEvent } from '../../shared/event-log/domain-event.js';
import type { SurveyDefinition } from '../../survey/contracts/survey-definition.js';
import type { Surveys } from '../../survey/contracts/surveys.js';
import type { CampaignChanges } from '../campaign-changes.js';
import { eventSource } from '../campaign-rows.js';
import { type CampaignRow, editCampaignIfCurrent } from '../campaigns.sql.js';
import { CampaignEdited, CampaignPolicyChanged } from '../contracts/events.js';
import { toWire } from '../domain/calling-policy.js';
import { changedSettings } from '../domain/campaign-settings.js';

/** Stores what differs: one event for settings and survey, one for the policy, a version each. */
export async function writeEdit(
  tx: Tx,
  surveys: Surveys,
  campaign: CampaignRow,
  { settings, policy, survey }: CampaignChanges,
  at: Date,
): Promise<void> {
  const surveyId = await nextSurvey(tx, surveys, campaign, { language: settings.language, survey, at });
  const fields: string[] = changedSettings(campaign, settings);
  if (surveyId !== campaign.surveyId) fields.push('survey');
  const after: CampaignRow = { ...campaign, ...settings, policy, surveyId };
  const events: DomainEvent<object>[] = [];
  if (fields.length > 0) {
    after.version++;
    events.push(CampaignEdited.of(eventSource(after, at), { fields }));
  }
  if (!isDeepStrictEqual(campaign.policy, policy)) {
    after.version++;
    const change = { before: toWire(campaign.policy), after: toWire(policy) };
    events.push(CampaignPolicyChanged.of(eventSource(after, at), change));
  }
  if (events.length === 0) return;
  await editCampaignIfCurrent(tx, campaign, after);
  await appendEvents(tx, events);
}

/** A version holds its language, so a draft's new language makes the next version too. */
async function nextSurvey(
  tx: Tx,
  surveys: Surveys,
  campaign: CampaignRow,
  change: { language: string; survey: SurveyDefinition | null | undefined; at: Date },
): Promise<string | null> {
  if (change.survey === null) return null;
  const present = campaign.surveyId === null ? null : await surveys.read(tx, campaign.surveyId);
  const definition = change.survey ?? present?.definition;
  if (definition === undefined) return null;
  const same = present?.language === change.language && isDeepStrictEqual(present.definition, definition);
  if (same) return campaign.surveyId;
  const { language, at } = change;
  return (await surveys.write(tx, { campaignId: campaign.id, language, definition, at })).surveyId;
}
