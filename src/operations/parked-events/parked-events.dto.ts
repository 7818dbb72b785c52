import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsNotEmpty, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import type { EntityKind } from '../../shared/event-log/domain-event.js';
import { PageQuery } from '../../shared/http/page.dto.js';

export class ParkedEventsQuery extends PageQuery {
  /** Only those of this subscriber. @example "outcome-metrics" */
  @IsOptional() @IsString() @IsNotEmpty() @MaxLength(200) subscriber?: string;
}

/** An event whose reaction failed again and again. Phone numbers in texts are masked. */
export class ParkedEventDto {
  /** @example "outcome-metrics" */
  subscriber: string;
  /** Its place in the log. @example 48213 */
  position: number;
  /** @example "call.ended.v1" */
  type: string;
  /** What the last delivery failed with. */
  error: string;
  /** When its last delivery failed. */
  parkedAt: Date;
  @ApiProperty({ type: String, nullable: true, example: 'call' }) entityKind: EntityKind | null;
  @ApiProperty({ type: String, nullable: true }) entityId: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) campaignId: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) contactId: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) attemptId: string | null;
  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, example: { outcome: 'busy' } })
  payload: Record<string, unknown> | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) occurredAt: Date | null;
}

export class RedeliverParkedEventsDto {
  /** @example "outcome-metrics" */
  @IsString() @IsNotEmpty() @MaxLength(200) subscriber: string;
  /** Only this one; absent, up to 100 of the subscriber, those that failed longest ago first. @example 48213 */
  @IsOptional() @IsInt() @Min(1) @Max(Number.MAX_SAFE_INTEGER) position?: number;
}

export class FailedRedeliveryDto {
  /** @example 48213 */
  position: number;
  error: string;
}

export class RedeliveryDto {
  /** Positions whose reaction succeeded now; they are no longer parked. @example [48213] */
  delivered: number[];
  @ApiProperty({ type: [FailedRedeliveryDto], description: 'Those that failed once more and stay parked' })
  failed: FailedRedeliveryDto[];
  /** How many of the subscriber are parked still; a large number is worked off by asking again. @example 0 */
  remaining: number;
}
