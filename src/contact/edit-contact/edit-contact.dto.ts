import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsObject, IsOptional, IsString } from 'class-validator';
import { CONTACT_LIMITS, type AttributeValue } from '../domain/contact-input.js';

/** Absent fields stay as they are, null clears one; `attributes` is replaced as a whole. The number cannot be changed. */
export class EditContactDto {
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
