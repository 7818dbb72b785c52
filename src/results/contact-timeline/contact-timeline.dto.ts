import { ApiProperty } from '@nestjs/swagger';
import type { EntityKind } from '../../shared/event-log/domain-event.js';

/** One thing that happened to a contact. Carries no name or answer; phone numbers in texts are masked. */
export class TimelineEventDto {
  at: Date;
  /** Versioned name. @example "contact.settled.v1" */
  type: string;
  @ApiProperty({
    enum: ['campaign', 'contact', 'call', 'interview', 'suppression', 'import', 'settings', 'circuit'],
    example: 'contact',
    description: 'What it happened to',
  })
  entity: EntityKind;
  entityId: string;
  /** The entity's version after it; without gaps. @example 4 */
  version: number;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: {
      from: 'in_progress',
      state: 'not_reached',
      disposition: 'busy',
      nextAttemptAt: '2026-11-23T15:10:00.000Z',
    },
  })
  payload: Record<string, unknown>;
}

export class ContactTimelineDto {
  @ApiProperty({ type: [TimelineEventDto] })
  items: TimelineEventDto[];
  @ApiProperty({ type: String, nullable: true, description: 'null on the last page' })
  nextCursor: string | null;
  @ApiProperty({ description: 'Events of this contact are missing: they were older than the retention' })
  truncated: boolean;
}
