import { Injectable } from '@nestjs/common';
import { ApiDatabase } from '../shared/db/database.js';
import { decodeCursor, type Page, pageOf } from '../shared/http/page.dto.js';
import { Surveys } from '../survey/contracts/surveys.js';
import type { CampaignDto, CampaignListQuery, CampaignSummaryDto } from './campaign.dto.js';
import { found, standing } from './campaign-rows.js';
import { CAMPAIGN_COLUMNS, type CampaignRow, readCampaign } from './campaigns.sql.js';
import { phoneRegion } from './domain/campaign-settings.js';
import { toWire } from './domain/calling-policy.js';

@Injectable()
export class CampaignQueries {
  constructor(
    private readonly database: ApiDatabase,
    private readonly surveys: Surveys,
  ) {}

  /** Throws `campaign_not_found`. */
  one(id: string): Promise<CampaignDto> {
    return this.database.transaction(async (tx) => {
      const campaign = found(await readCampaign(tx, id));
      const survey = campaign.surveyId === null ? null : await this.surveys.read(tx, campaign.surveyId);
      return {
        ...summary(campaign),
        defaultTimezone: campaign.defaultTimezone,
        defaultRegion: phoneRegion(campaign),
        callerId: campaign.callerId,
        survey: survey?.definition ?? null,
        surveyVersion: survey?.version ?? null,
        policy: toWire(campaign.policy),
        version: campaign.version,
      };
    });
  }

  /** Newest first. */
  async list({ limit, cursor, status }: CampaignListQuery): Promise<Page<CampaignSummaryDto>> {
    const [createdAt, id] = cursor === undefined ? [] : decodeCursor(cursor, ['instant', 'uuid']);
    const rows = await this.database.rows<CampaignRow>(
      `SELECT ${CAMPAIGN_COLUMNS} FROM campaigns
        WHERE ($1::text IS NULL OR status = $1)
          AND ($2::timestamptz IS NULL OR (created_at, id) < ($2::timestamptz, $3::uuid))
        ORDER BY created_at DESC, id DESC
        LIMIT $4`,
      [status ?? null, createdAt ?? null, id ?? null, limit + 1],
    );
    return pageOf(rows, limit, (row) => [row.createdAt, row.id], summary);
  }
}

/** A plain object, not an instance: the DTO class only describes it. */
type Summary = Pick<CampaignSummaryDto, keyof CampaignSummaryDto>;

function summary(campaign: CampaignRow): Summary {
  return {
    id: campaign.id,
    name: campaign.name,
    status: campaign.status,
    closing: standing(campaign).closing,
    simulated: campaign.carrier === null ? null : campaign.carrier === 'simulator',
    language: campaign.language,
    completion: campaign.completion,
    startsAt: campaign.startsAt,
    endsAt: campaign.endsAt,
    createdAt: campaign.createdAt,
    startedAt: campaign.startedAt,
    pausedAt: campaign.status === 'paused' ? campaign.pausedAt : null,
    completedAt: campaign.completedAt,
  };
}
