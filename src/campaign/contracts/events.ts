import { defineEvent } from '../../shared/event-log/domain-event.js';

/** `clonedFrom` names the campaign it was copied from, if any. */
export const CampaignCreated = defineEvent<{ name: string; clonedFrom: string | null }>(
  'campaign.created.v1',
);
export const CampaignEdited = defineEvent<{ fields: string[] }>('campaign.edited.v1');
/** The whole policy before and after, so that an audit needs no second source. */
export const CampaignPolicyChanged = defineEvent<{ before: object; after: object }>(
  'campaign.policy_changed.v1',
);
export const CampaignStarted = defineEvent<{ carrier: string; surveyId: string; contacts: number }>(
  'campaign.started.v1',
);
export const CampaignPaused = defineEvent<{ hangUp: boolean }>('campaign.paused.v1');
export const CampaignResumed = defineEvent<Record<string, never>>('campaign.resumed.v1');
export const CampaignClosing = defineEvent<{ reason: 'operator' | 'ended' }>('campaign.closing.v1');
export const CampaignCompleted = defineEvent<{ reason: 'finished' | 'operator' | 'ended' }>(
  'campaign.completed.v1',
);
/** `endsAt` as it stands after the reopening. */
export const CampaignReopened = defineEvent<{ endsAt: Date | null }>('campaign.reopened.v1');
