import type { FieldProblem } from '../../shared/errors/domain-error.js';
import type { CallingPolicy } from '../contracts/calling-policy.js';
import type { CampaignStatus } from '../contracts/campaigns.js';
import { narrowsCalling } from './calling-policy.js';
import type { CampaignSettings } from './campaign-settings.js';
import { endProblems } from './launch-checks.js';

/** What may change once a campaign has started; the end of one that is closing is settled. */
const EDITABLE_ONCE_STARTED: readonly string[] = ['policy', 'name', 'completion', 'endsAt'];

interface Editable {
  status: CampaignStatus;
  closingAt: Date | null;
}

/** The fields that a campaign's status keeps from being changed. */
export function uneditable(campaign: Editable, fields: readonly string[]): FieldProblem[] {
  if (campaign.status === 'draft') return [];
  const closing = campaign.closingAt !== null;
  const now = campaign.status !== 'completed' && closing ? 'closing' : campaign.status;
  return fields
    .filter(
      (field) =>
        campaign.status === 'completed' ||
        !EDITABLE_ONCE_STARTED.includes(field) ||
        (closing && field === 'endsAt'),
    )
    .map((field) => ({
      field,
      code: 'not_editable',
      message: `${field} cannot be changed while the campaign is ${now}`,
    }));
}

/** What a draft may still have, and a started campaign may not be given. */
export function startedProblems(
  campaign: Editable,
  changed: CampaignSettings,
  fields: readonly string[],
  at: Date,
): FieldProblem[] {
  if (campaign.status === 'draft') return [];
  return [
    ...(changed.name === '' ? [{ field: 'name', code: 'required', message: 'name is required' }] : []),
    ...(fields.includes('endsAt') ? endProblems(changed.endsAt, at) : []),
  ];
}

/** Whether a call permitted before might be refused after. */
export function isStop(
  before: { policy: CallingPolicy; endsAt: Date | null },
  after: { policy: CallingPolicy; endsAt: Date | null },
): boolean {
  const endsSooner = after.endsAt !== null && (before.endsAt === null || after.endsAt < before.endsAt);
  return endsSooner || narrowsCalling(before.policy, after.policy);
}
