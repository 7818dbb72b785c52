import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsObject,
  IsOptional,
  IsString,
  ValidateNested,
} from 'class-validator';
import { CONTACT_LIMITS, type AttributeValue } from '../domain/contact-input.js';
import { ContactDto } from '../list-contacts/contact.dto.js';

/** A person to call. What the values mean is checked together with the campaign's default region. */
export class NewContactDto {
  @ApiProperty({
    example: '(202) 555-0123',
    description: 'Any usual spelling; without a country code it belongs to the campaign’s default region',
  })
  @IsString()
  phoneNumber: string;

  @ApiProperty({
    type: String,
    required: false,
    nullable: true,
    maxLength: CONTACT_LIMITS.nameLength,
    example: 'Ada Byron',
  })
  @IsOptional()
  @IsString()
  name?: string | null;

  @ApiProperty({
    type: String,
    required: false,
    nullable: true,
    maxLength: CONTACT_LIMITS.externalIdLength,
    example: 'crm-1042',
  })
  @IsOptional()
  @IsString()
  externalId?: string | null;

  @ApiProperty({ type: String, required: false, nullable: true, example: 'en-US', description: 'BCP 47' })
  @IsOptional()
  @IsString()
  language?: string | null;

  @ApiProperty({
    type: String,
    required: false,
    nullable: true,
    example: 'America/New_York',
    description: 'IANA name',
  })
  @IsOptional()
  @IsString()
  timezone?: string | null;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] },
    nullable: true,
    example: { segment: 'gold' },
  })
  @IsOptional()
  @IsObject()
  attributes?: Record<string, AttributeValue> | null;
}

export class AddContactsDto {
  /** Added all together or, when one of them cannot be, not at all. */
  @ApiProperty({ type: [NewContactDto], minItems: 1, maxItems: 1_000 })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1_000)
  @ValidateNested({ each: true })
  @Type(() => NewContactDto)
  contacts: NewContactDto[];
}

export class AddedContactsDto {
  @ApiProperty({ example: 1 }) added: number;
  /** In the order of the request. */
  @ApiProperty({ type: [ContactDto] }) contacts: ContactDto[];
}
