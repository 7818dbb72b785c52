import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import { holdDialGate } from '../../shared/db/locks.js';
import type { Tx } from '../../shared/db/tx.js';
import { refuseIfAny } from '../../shared/errors/domain-error.js';
import { Surveys } from '../../survey/contracts/surveys.js';
import { type CheckedBody, layOver, readCampaignBody } from '../campaign-changes.js';
import { found, holdCampaign } from '../campaign-rows.js';
import { type CampaignRow, readCampaign } from '../campaigns.sql.js';
import { isStop, startedProblems, uneditable } from '../domain/editing.js';
import { EditCampaignCommand } from './edit-campaign.command.js';
import { writeEdit } from './write-edit.js';

/**
 * A change that narrows what may be called holds the dial gate, which comes before any row; whether it does is read
 * without a lock, so the change starts over when the campaign has moved on meanwhile. Contacts deferred for the old
 * window are recalled by a reaction to the event.
 */
@CommandHandler(EditCampaignCommand)
export class EditCampaignHandler implements ICommandHandler<EditCampaignCommand> {
  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
    private readonly surveys: Surveys,
  ) {}

  async execute({ campaignId, body }: EditCampaignCommand): Promise<void> {
    const checked = await readCampaignBody(body);
    for (;;) {
      const current = await this.database.transaction(async (tx) => {
        const seen = found(await readCampaign(tx, campaignId));
        return this.edit(tx, seen, checked);
      });
      if (current) return;
    }
  }

  /** False when the campaign is not as it was seen; nothing is changed then. */
  private async edit(tx: Tx, seen: CampaignRow, checked: CheckedBody): Promise<boolean> {
    const changes = layOver({ settings: seen, policy: seen.policy }, checked, this.surveys);
    const sound = changes.problems.length === 0;
    const after = { policy: changes.policy, endsAt: changes.settings.endsAt };
    if (sound && seen.status !== 'draft' && isStop(seen, after)) await holdDialGate(tx);
    const campaign = await holdCampaign(tx, seen.id);
    if (campaign.version !== seen.version) return false;
    const at = await this.clock.now(tx);
    refuseIfAny('campaign_not_editable', uneditable(campaign, checked.fields));
    const ofStatus = startedProblems(campaign, changes.settings, checked.fields, at);
    refuseIfAny('validation_failed', [...changes.problems, ...ofStatus]);
    await writeEdit(tx, this.surveys, campaign, changes, at);
    return true;
  }
}
