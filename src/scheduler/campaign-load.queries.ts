import { Injectable } from '@nestjs/common';
import type { CallingWindow } from '../campaign/contracts/calling-policy.js';
import type { Tx } from '../shared/db/tx.js';
import { Environment } from '../shared/environment/environment.js';
import {
  CampaignLoad,
  type CampaignLoadCounts,
  type CampaignRemainder,
  type ClosableCampaign,
} from './contracts/campaign-load.js';
import { hoursAt } from './domain/calling-hours.js';
import { legalHours } from './legal-hours.js';

const OPEN = `k.state IN ('pending', 'not_reached') AND k.next_attempt_at IS NOT NULL AND NOT k.is_test`;
const IN_PROGRESS = `k.state = 'in_progress' AND NOT k.is_test`;

/**
 * Claims eat the index of due contacts from its front and leave dead entries there, so an open contact is looked for
 * from its end.
 */
const anyOpen = (campaignId: string): string =>
  `(SELECT k.id FROM contacts k WHERE k.campaign_id = ${campaignId} AND ${OPEN}
     ORDER BY k.next_attempt_at DESC, k.id DESC LIMIT 1) IS NOT NULL`;
const anyInProgress = (campaignId: string): string =>
  `EXISTS (SELECT 1 FROM contacts k WHERE k.campaign_id = ${campaignId} AND ${IN_PROGRESS})`;
const importing = (campaignId: string): string =>
  `EXISTS (SELECT 1 FROM imports i WHERE i.campaign_id = ${campaignId} AND i.status IN ('queued', 'running') AND NOT i.dry_run)`;

interface ZoneCounts {
  zone: string | null;
  open: number;
  suppressed: number;
  numberInCall: number;
}

@Injectable()
export class CampaignLoadQueries extends CampaignLoad {
  constructor(private readonly environment: Environment) {
    super();
  }

  override async count(
    tx: Tx,
    campaign: { campaignId: string; callingWindow: CallingWindow; defaultTimezone: string | null; at: Date },
  ): Promise<CampaignLoadCounts> {
    const zones = await tx.rows<ZoneCounts>(
      `SELECT COALESCE(k.timezone, k.number_timezone, $2) AS zone, count(*)::int AS open,
              count(*) FILTER (WHERE s.suppressed)::int AS suppressed,
              count(*) FILTER (WHERE NOT s.suppressed AND a.phone_number IS NOT NULL)::int AS "numberInCall"
         FROM contacts k
        CROSS JOIN LATERAL (
              SELECT EXISTS (SELECT 1 FROM suppressions s WHERE s.phone_number = k.phone_number) AS suppressed) s
         LEFT JOIN call_attempts a ON a.phone_number = k.phone_number AND a.status <> 'ended'
        WHERE k.campaign_id = $1 AND ${OPEN}
        GROUP BY 1`,
      [campaign.campaignId, campaign.defaultTimezone],
    );
    const busy = await tx.row<{ inProgress: number }>(
      `SELECT count(*)::int AS "inProgress" FROM contacts k WHERE k.campaign_id = $1 AND ${IN_PROGRESS}`,
      [campaign.campaignId],
    );
    const counts = { ...NOBODY, inProgress: busy!.inProgress };
    for (const zone of zones) this.add(counts, zone, campaign);
    return counts;
  }

  override async remainder(tx: Tx, campaignId: string): Promise<CampaignRemainder> {
    const row = await tx.row<CampaignRemainder>(
      `SELECT ${anyOpen('$1')} AS open, ${anyInProgress('$1')} AS "inProgress", ${importing('$1')} AS importing,
              EXISTS (SELECT 1 FROM call_attempts a JOIN contacts k ON k.id = a.contact_id
                       WHERE a.campaign_id = $1 AND a.status <> 'ended' AND NOT k.is_test) AS live`,
      [campaignId],
    );
    return row!;
  }

  override async closable(tx: Tx, at: Date): Promise<ClosableCampaign[]> {
    return tx.rows(
      `SELECT c.id, c.closing_at IS NULL AND c.ends_at IS NOT NULL AND c.ends_at <= $1 AS ended
         FROM campaigns c
        WHERE c.status IN ('running', 'paused')
          AND CASE WHEN c.closing_at IS NOT NULL OR c.ends_at <= $1 THEN true
                   WHEN c.status <> 'running' OR c.completion <> 'auto' THEN false
                   WHEN ${anyInProgress('c.id')} THEN false
                   WHEN ${anyOpen('c.id')} THEN false
                   ELSE NOT ${importing('c.id')} END
        ORDER BY c.id`,
      [at],
    );
  }

  /** The reasons in the order in which the decision of a call takes them, each contact under its first. */
  private add(
    counts: CampaignLoadCounts,
    zone: ZoneCounts,
    campaign: { callingWindow: CallingWindow; at: Date },
  ): void {
    const rest = zone.open - zone.suppressed;
    counts.open += zone.open;
    counts.suppressed += zone.suppressed;
    if (zone.zone === null) {
      counts.unknownTimezone += rest;
      return;
    }
    const hours = hoursAt(campaign.callingWindow, legalHours(this.environment), zone.zone, campaign.at);
    if (hours.open) {
      counts.numberInCall += zone.numberInCall;
      counts.callableNow += rest - zone.numberInCall;
    } else if (hours.opensAt === null) counts.neverOpen += rest;
    else if (hours.closedBy === 'window') counts.outsideCallingWindow += rest;
    else counts.outsideLegalHours += rest;
  }
}

const NOBODY: CampaignLoadCounts = {
  open: 0,
  suppressed: 0,
  unknownTimezone: 0,
  outsideCallingWindow: 0,
  outsideLegalHours: 0,
  neverOpen: 0,
  numberInCall: 0,
  callableNow: 0,
  inProgress: 0,
};
