import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Contacts } from '../../contact/contracts/contacts.js';
import { CampaignLoad } from '../../scheduler/contracts/campaign-load.js';
import { Clock } from '../../shared/clock/clock.js';
import { DiallingDatabase } from '../../shared/db/database.js';
import { holdDialGate } from '../../shared/db/locks.js';
import type { Tx } from '../../shared/db/tx.js';
import { appendEvents } from '../../shared/event-log/append-events.js';
import { eventSource } from '../campaign-rows.js';
import { closeCampaignIfCurrent, completeCampaignIfCurrent, lockCampaignIfFree } from '../campaigns.sql.js';
import { CloseFinishedCampaignsCommand } from '../contracts/commands.js';
import { CampaignClosing, CampaignCompleted } from '../contracts/events.js';
import { completionReason, hasEnded, mayComplete } from '../domain/closing.js';

/** Contacts made final in one transaction, and such transactions per campaign and run: the next run goes on. */
const DISMISSED_AT_ONCE = 1_000;
const STEPS_PER_RUN = 10;

type Step = 'more' | 'waiting' | 'completed';

/**
 * Safe to run in every worker at once: each step locks its campaign, a campaign somebody else is at is left to them,
 * and what is left is counted in a statement after the lock, so that no import or claim slips in between.
 */
@CommandHandler(CloseFinishedCampaignsCommand)
export class CloseFinishedCampaignsHandler implements ICommandHandler<CloseFinishedCampaignsCommand> {
  constructor(
    private readonly database: DiallingDatabase,
    private readonly clock: Clock,
    private readonly contacts: Contacts,
    private readonly load: CampaignLoad,
  ) {}

  async execute(_command: CloseFinishedCampaignsCommand): Promise<{ completed: string[] }> {
    const closable = await this.database.transaction(async (tx) =>
      this.load.closable(tx, await this.clock.now(tx)),
    );
    const completed: string[] = [];
    const failures: unknown[] = [];
    for (const { id, ended } of closable) {
      try {
        if (ended) await this.database.transaction((tx) => this.end(tx, id));
        if ((await this.close(id)) === 'completed') completed.push(id);
      } catch (error) {
        // The other campaigns are not to wait for this one's trouble.
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('; '));
    return { completed };
  }

  private async end(tx: Tx, id: string): Promise<void> {
    await holdDialGate(tx);
    const campaign = await lockCampaignIfFree(tx, id);
    const at = await this.clock.now(tx);
    if (campaign === undefined || !hasEnded(campaign, at)) return;
    const closing = await closeCampaignIfCurrent(tx, campaign, at);
    await appendEvents(tx, [CampaignClosing.of(eventSource(closing, at), { reason: 'ended' })]);
  }

  private async close(id: string): Promise<Step> {
    let step: Step = 'more';
    for (let steps = 0; step === 'more' && steps < STEPS_PER_RUN; steps++) {
      step = await this.database.transaction((tx) => this.step(tx, id));
    }
    return step;
  }

  private async step(tx: Tx, id: string): Promise<Step> {
    const campaign = await lockCampaignIfFree(tx, id);
    if (campaign === undefined) return 'waiting';
    const at = await this.clock.now(tx);
    if (campaign.closingAt !== null && campaign.status !== 'completed') {
      const dismissal = {
        campaignId: id,
        disposition: 'campaign_over' as const,
        at,
        limit: DISMISSED_AT_ONCE,
      };
      if ((await this.contacts.dismissAllOpen(tx, dismissal)) === DISMISSED_AT_ONCE) return 'more';
    }
    if (!mayComplete(campaign, await this.load.remainder(tx, id))) return 'waiting';
    const completed = await completeCampaignIfCurrent(tx, campaign, at);
    const reason = completionReason(campaign);
    await appendEvents(tx, [CampaignCompleted.of(eventSource(completed, at), { reason })]);
    return 'completed';
  }
}
