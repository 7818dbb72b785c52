import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { PageQuery } from '../shared/http/page.dto.js';
import { PolicyBody } from './policy-body.dto.js';
import { CAMPAIGN_STATUSES, type CampaignStatus } from './contracts/campaigns.js';
import type { Completion } from './domain/campaign-settings.js';
import type { WirePolicy } from './domain/calling-policy.js';

export class CampaignListQuery extends PageQuery {
  @ApiProperty({ required: false, enum: CAMPAIGN_STATUSES })
  @IsOptional()
  @IsIn([...CAMPAIGN_STATUSES])
  status?: CampaignStatus;
}

/** A campaign in a list. */
export class CampaignSummaryDto {
  id: string;
  /** Empty while a draft has none. @example "Customer satisfaction Q4" */
  name: string;
  @ApiProperty({ enum: CAMPAIGN_STATUSES })
  status: CampaignStatus;
  /** Nobody is called any more; it completes when the last live call has ended. */
  closing: boolean;
  /** Whether the people called are simulated; null until it has started on a carrier. */
  @ApiProperty({ type: Boolean, nullable: true })
  simulated: boolean | null;
  /** BCP 47. @example "en-US" */
  language: string;
  @ApiProperty({ enum: ['auto', 'manual'] })
  completion: Completion;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  startsAt: Date | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  endsAt: Date | null;
  createdAt: Date;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  startedAt: Date | null;
  /** Since when it is paused. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  pausedAt: Date | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  completedAt: Date | null;
}

export class CampaignDto extends CampaignSummaryDto {
  @ApiProperty({ type: String, nullable: true, example: 'America/New_York' })
  defaultTimezone: string | null;
  /** ISO 3166 country of numbers without a country code. */
  @ApiProperty({ type: String, nullable: true, example: 'US' })
  defaultRegion: string | null;
  @ApiProperty({ type: String, nullable: true, example: '+12025550199' })
  callerId: string | null;
  /** The questionnaire as it was given. */
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true })
  survey: object | null;
  @ApiProperty({ type: 'integer', nullable: true, example: 1 })
  surveyVersion: number | null;
  /** Complete: defaults are filled in. */
  @ApiProperty({ type: () => PolicyBody })
  policy: WirePolicy;
  /** Counts every change. */
  version: number;
}
