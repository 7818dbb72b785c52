import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { DiallingDatabase } from '../../shared/db/database.js';
import { tryClaimLock } from '../../shared/db/locks.js';
import type { Tx } from '../../shared/db/tx.js';
import { Environment } from '../../shared/environment/environment.js';
import { CarrierIdentity } from '../../telephony/contracts/call-attempt.js';
import { Limits } from '../contracts/limits.js';
import { allot, horizonSeconds, type LoadNow } from '../domain/allotment.js';
import {
  type ClaimableCampaign,
  claimableCampaigns,
  claimedSince,
  liveAttempts,
} from '../scheduling.queries.js';
import { CampaignClaim } from './campaign-claim.js';
import { DEFERRALS_PER_TICK } from './refused-contacts.js';
import { ClaimNextContactCommand, type ClaimReport } from './claim-next-contact.command.js';

/**
 * One transaction under the claim lock: counts what is live, allots what limits and pace leave, claims contact and
 * attempt together. A crash before COMMIT claims nobody; after it the attempts stand `claimed` and whoever finds them
 * dials them. Two schedulers at once would still be kept apart by row locks and the unique indexes of live attempts.
 */
@CommandHandler(ClaimNextContactCommand)
export class ClaimNextContactHandler implements ICommandHandler<ClaimNextContactCommand> {
  constructor(
    private readonly database: DiallingDatabase,
    private readonly clock: Clock,
    private readonly limits: Limits,
    private readonly identity: CarrierIdentity,
    private readonly environment: Environment,
    private readonly campaignClaim: CampaignClaim,
  ) {}

  async execute(): Promise<ClaimReport> {
    return this.database.transaction(async (tx) => {
      if (!(await tryClaimLock(tx))) return { held: false, attemptIds: [] };
      const at = await this.clock.now(tx);
      const limits = await this.limits.readForDialling(tx);
      if (limits.diallingStopped) return { held: true, attemptIds: [] };
      const campaigns = await claimableCampaigns(
        tx,
        this.identity.carrier,
        this.identity.defaultCallerId,
        at,
      );
      if (campaigns.length === 0) return { held: true, attemptIds: [] };
      const load = await this.count(tx, campaigns, limits, at);
      return { held: true, attemptIds: await this.claimRounds(tx, campaigns, load, at) };
    });
  }

  /** Where a campaign has fewer due contacts than it was allotted, another round gives the rest to the others. */
  private async claimRounds(
    tx: Tx,
    campaigns: ClaimableCampaign[],
    load: LoadNow,
    at: Date,
  ): Promise<string[]> {
    const opened: string[] = [];
    const deferrals = { left: DEFERRALS_PER_TICK };
    for (let remaining = load; remaining.campaigns.length > 0;) {
      const allotted = allot(remaining, this.tickSeconds());
      if (allotted.size === 0) break;
      const short = new Set<string>();
      for (const [campaignId, room] of allotted) {
        const campaign = campaigns.find((candidate) => candidate.id === campaignId)!;
        const now = remaining.campaigns.find((candidate) => candidate.id === campaignId)!;
        const ids = await this.campaignClaim.claim(tx, campaign, {
          at,
          room,
          live: now.live,
          globalLive: remaining.live,
          globalLimit: remaining.maxConcurrentCalls,
          deferrals,
        });
        opened.push(...ids);
        now.live += ids.length;
        now.claimedLately += ids.length;
        now.waiting += ids.length;
        if (ids.length > 0) now.lastClaimedAt = at;
        remaining.live += ids.length;
        remaining.claimedLately += ids.length;
        remaining.waiting += ids.length;
        if (ids.length < room) short.add(campaignId);
      }
      remaining = { ...remaining, campaigns: remaining.campaigns.filter(({ id }) => !short.has(id)) };
      if (short.size === 0) break;
    }
    return opened;
  }

  private async count(
    tx: Tx,
    campaigns: ClaimableCampaign[],
    limits: { maxConcurrentCalls: number; callsPerSecond: number },
    at: Date,
  ): Promise<LoadNow> {
    const horizonMs = (pace: number) => horizonSeconds(pace, this.tickSeconds()) * 1_000;
    const paces = [limits.callsPerSecond, ...campaigns.map(({ policy }) => policy.callsPerSecond)];
    const since = new Date(at.getTime() - Math.max(...paces.map(horizonMs)));
    const claimed = await claimedSince(
      tx,
      campaigns.map(({ id }) => id),
      since,
    );
    const within = (dates: Date[], pace: number) =>
      dates.filter((date) => date.getTime() > at.getTime() - horizonMs(pace)).length;
    return {
      ...(await liveAttempts(tx)),
      maxConcurrentCalls: limits.maxConcurrentCalls,
      callsPerSecond: limits.callsPerSecond,
      claimedLately: within([...claimed.values()].flat(), limits.callsPerSecond),
      campaigns: campaigns.map(({ id, live, waiting, lastClaimedAt, policy }) => ({
        id,
        live,
        waiting,
        lastClaimedAt,
        maxConcurrentCalls: policy.maxConcurrentCalls,
        callsPerSecond: policy.callsPerSecond,
        claimedLately: within(claimed.get(id)!, policy.callsPerSecond),
      })),
    };
  }

  private tickSeconds(): number {
    return this.environment.SCHEDULER_TICK_MS / 1_000;
  }
}
