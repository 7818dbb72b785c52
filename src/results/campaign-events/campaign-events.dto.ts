import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsOptional, Matches } from 'class-validator';
import type { EntityKind } from '../../shared/event-log/domain-event.js';
import { PageQuery } from '../../shared/http/page.dto.js';

const INSTANT =
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$/;

export class CampaignEventsQuery extends PageQuery {
  /** Only these types of events, separated by commas. */
  @ApiProperty({ type: String, required: false, example: 'call.ended.v1,contact.settled.v1' })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => [value].flat().flatMap((text) => String(text).split(',')))
  @ArrayMaxSize(50)
  @Matches(/^[a-z]+\.[a-z_]+\.v[0-9]+$/, { each: true, message: 'must name types such as call.ended.v1' })
  type?: string[];

  /** Only what happened at this instant or later; ISO 8601 with its offset. */
  @ApiProperty({ type: String, format: 'date-time', required: false, example: '2026-11-23T09:00:00Z' })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => instantOf(value))
  @Matches(INSTANT, { message: 'must be an instant such as 2026-11-23T09:00:00Z' })
  since?: string;
}

/** A `+` that was not percent-encoded arrives as a space. What is no day of any calendar stays no instant. */
function instantOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const text = value.replace(/ (?=[0-9]{2}:[0-9]{2}$)/, '+');
  return INSTANT.test(text) && Number.isNaN(Date.parse(text)) ? 'no instant' : text;
}

/** A state change of a campaign, or of a contact, call, interview or import of it. Phone numbers in texts are masked. */
export class CampaignEventDto {
  /** The place in the log: events are in this order, and what commits later has a higher one. @example 48213 */
  position: number;
  /** @example "48377" */
  id: string;
  /** Versioned name. @example "contact.settled.v1" */
  type: string;
  @ApiProperty({
    enum: ['campaign', 'contact', 'call', 'interview', 'suppression', 'import', 'settings', 'circuit'],
    example: 'contact',
    description: 'What it happened to',
  })
  entityKind: EntityKind;
  entityId: string;
  /** The entity's version after it; without gaps. @example 4 */
  entityVersion: number;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) contactId: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) attemptId: string | null;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { from: 'in_progress', state: 'not_reached', disposition: 'busy', nextAttemptAt: null },
  })
  payload: Record<string, unknown>;
  occurredAt: Date;
}

export class CampaignEventsDto {
  @ApiProperty({
    type: [CampaignEventDto],
    description: 'Can be empty before the end, when none of many passes the filters',
  })
  items: CampaignEventDto[];
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Where to go on. null: there is nothing more now; ask again later with the cursor you have',
  })
  nextCursor: string | null;
  @ApiProperty({
    description:
      'Events between the cursor (or the beginning) and this page may be missing: they were older than the retention',
  })
  truncated: boolean;
}
