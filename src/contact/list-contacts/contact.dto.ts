import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { PageQuery } from '../../shared/http/page.dto.js';
import { CONTACT_STATES, type ContactState, type Disposition } from '../contracts/contact-state.js';
import type { AttributeValue } from '../domain/contact-input.js';
import type { ContactView } from '../rows/contact.queries.js';

/** A person of a campaign. Instants are UTC. */
export class ContactDto {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ format: 'uuid' }) campaignId: string;
  @ApiProperty({ example: '+12025550123', description: 'E.164' }) phoneNumber: string;
  @ApiProperty({ type: String, nullable: true, example: 'Ada Byron' }) name: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'crm-1042' }) externalId: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'en-US',
    description: 'BCP 47; null: the campaign’s',
  })
  language: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'America/New_York', description: 'IANA name' })
  timezone: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'Europe/Rome',
    description: 'The zone of the number’s country where it leaves no choice; used when `timezone` is null',
  })
  numberTimezone: string | null;
  @ApiProperty({ type: 'object', additionalProperties: true, example: { segment: 'gold' } })
  attributes: Record<string, AttributeValue>;
  @ApiProperty({ enum: CONTACT_STATES, example: 'pending' }) state: ContactState;
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'no_answer',
    description: 'Why it stands where it stands',
  })
  disposition: Disposition | null;
  @ApiProperty({ example: 0 }) attemptsCount: number;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) lastAttemptAt: Date | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'null: no further call' })
  nextAttemptAt: Date | null;
  @ApiProperty({ example: false, description: 'Made for a test call; outside every count' }) isTest: boolean;
  @ApiProperty({ type: String, format: 'date-time' }) createdAt: Date;

  static of(view: ContactView): ContactDto {
    return Object.assign(new ContactDto(), view);
  }
}

export class ContactListQuery extends PageQuery {
  /** Only contacts in this state. */
  @ApiProperty({ enum: CONTACT_STATES, required: false })
  @IsOptional()
  @IsIn(CONTACT_STATES)
  state?: ContactState;
}
