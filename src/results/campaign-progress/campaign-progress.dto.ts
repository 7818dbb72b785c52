import { ApiProperty } from '@nestjs/swagger';
import { CAMPAIGN_STATUSES, type CampaignStatus } from '../../campaign/contracts/campaigns.js';
import type { CallOutcome } from '../../telephony/contracts/call-attempt.js';
import type { CallProgress, ContactProgress, LiveStatus } from '../domain/progress.js';

export class NotReachedDto {
  /** @example 190 */
  total: number;
  /** Will be called again. @example 92 */
  retryScheduled: number;
  /** @example 98 */
  final: number;
}

/** Contacts by where they stand; those of test calls are left out. */
export class ContactProgressDto {
  /** @example 300 */
  total: number;
  /** @example 20 */
  pending: number;
  /** In a call. @example 38 */
  inProgress: number;
  /** @example 41 */
  completed: number;
  /** @example 11 */
  refused: number;
  notReached: NotReachedDto;
}

export class LiveCallsDto {
  /** @example 38 */
  total: number;
  /** Of them: the line is down, the settlement waits for answers still on their way. They count against no limit. @example 3 */
  settling: number;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    example: { claimed: 2, dialing: 6, ringing: 20, in_progress: 10 },
  })
  byStatus: Record<LiveStatus, number>;
}

export class EndedCallsDto {
  /** @example 374 */
  total: number;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: 'One entry per outcome; a corrected call counts under its corrected outcome',
    example: { completed: 41, refused: 11, busy: 40, no_answer: 170 },
  })
  byOutcome: Record<CallOutcome, number>;
}

export class CallProgressDto {
  /** Attempts given back without being offered to the carrier (`canceled`) are not in it. @example 412 */
  total: number;
  live: LiveCallsDto;
  ended: EndedCallsDto;
}

/** How far a campaign is. Counted from the rows at `asOf`. */
export class CampaignProgressDto {
  @ApiProperty({ format: 'uuid' }) campaignId: string;
  /** @example "Customer satisfaction Q4" */
  name: string;
  @ApiProperty({ enum: CAMPAIGN_STATUSES }) status: CampaignStatus;
  /** Nobody is called any more; it completes when the last live call has ended. */
  closing: boolean;
  @ApiProperty({ type: Boolean, nullable: true, description: 'null until it has started on a carrier' })
  simulated: boolean | null;
  asOf: Date;
  @ApiProperty({ type: () => ContactProgressDto }) contacts: ContactProgress;
  @ApiProperty({ type: () => CallProgressDto }) calls: CallProgress;
  /** Contacts that will be called or are in a call. @example 150 */
  open: number;
  @ApiProperty({
    type: Number,
    nullable: true,
    example: 50,
    description: 'Settled for good, to one decimal, rounded down; null without contacts',
  })
  percentDone: number | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When the next contact is due; may be past, or outside its calling hours',
  })
  nextAttemptAt: Date | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) startedAt: Date | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) completedAt: Date | null;
}
