import { Injectable } from '@nestjs/common';
import type { Tx } from '../shared/db/tx.js';
import { DomainError } from '../shared/errors/domain-error.js';
import type { CarrierIdentity } from '../telephony/contracts/call-attempt.js';
import { type CampaignRow, lockCampaign, readCampaign, readCampaignForShare } from './campaigns.sql.js';
import { Campaigns, type CampaignSnapshot } from './contracts/campaigns.js';
import { phoneRegion } from './domain/campaign-settings.js';

@Injectable()
export class CampaignRows extends Campaigns {
  override async read(tx: Tx, campaignId: string): Promise<CampaignSnapshot> {
    return snapshot(found(await readCampaign(tx, campaignId)));
  }

  override async holdForShare(tx: Tx, campaignId: string): Promise<CampaignSnapshot> {
    return snapshot(found(await readCampaignForShare(tx, campaignId)));
  }
}

/** Locks a campaign against every other change; throws `campaign_not_found`. */
export async function holdCampaign(tx: Tx, campaignId: string): Promise<CampaignRow> {
  return found(await lockCampaign(tx, campaignId));
}

export function found(campaign: CampaignRow | undefined): CampaignRow {
  if (campaign === undefined) throw new DomainError('campaign_not_found');
  return campaign;
}

/** A campaign stays with the carrier it was started on; throws `carrier_mismatch`. */
export function requireCarrier(campaign: CampaignRow, identity: CarrierIdentity): void {
  if (campaign.carrier === null || campaign.carrier === identity.carrier) return;
  throw new DomainError(
    'carrier_mismatch',
    `The campaign was started on ${campaign.carrier}; this installation dials with ${identity.carrier}.`,
  );
}

/** A campaign's status as its state machine sees it. */
export function standing(campaign: CampaignRow): { status: CampaignRow['status']; closing: boolean } {
  return { status: campaign.status, closing: campaign.status !== 'completed' && campaign.closingAt !== null };
}

/** What an event of a campaign is about, after the change. */
export function eventSource(campaign: CampaignRow, at: Date) {
  return { entityId: campaign.id, campaignId: campaign.id, version: campaign.version, at };
}

function snapshot(campaign: CampaignRow): CampaignSnapshot {
  return {
    id: campaign.id,
    status: campaign.status,
    language: campaign.language,
    defaultTimezone: campaign.defaultTimezone,
    defaultRegion: phoneRegion(campaign),
    callerId: campaign.callerId,
    carrier: campaign.carrier,
    surveyId: campaign.surveyId,
    startsAt: campaign.startsAt,
    endsAt: campaign.endsAt,
    closingAt: campaign.closingAt,
    policy: campaign.policy,
  };
}
