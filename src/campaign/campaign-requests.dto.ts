import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsNotEmpty, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { NAME_MAX_LENGTH } from './domain/campaign-settings.js';

export class PauseCampaignBody {
  /** Also ends the calls under way. */
  @ApiProperty({ required: false, type: Boolean, default: false })
  @IsOptional()
  @IsBoolean()
  hangUp?: boolean;
}

export class ReopenCampaignBody {
  @ApiProperty({
    required: false,
    nullable: true,
    type: String,
    format: 'date-time',
    example: null,
    description: 'the new end, or `null` for none; needed when the old one is past',
  })
  @IsOptional()
  @IsString()
  endsAt?: string | null;
}

export class CloneCampaignBody {
  @ApiProperty({
    required: false,
    type: String,
    maxLength: NAME_MAX_LENGTH,
    description: 'by default that of the original, marked as a copy',
  })
  @IsOptional()
  @IsString()
  @Matches(/\S/, { message: 'name is blank', context: { code: 'required' } })
  @MaxLength(NAME_MAX_LENGTH)
  name?: string;
}

export class TestCallBody {
  @ApiProperty({ type: String, example: '+12025550123' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(64)
  phoneNumber: string;
}

export class TestCallDto {
  campaignId: string;
  attemptId: string;
  contactId: string;
}
