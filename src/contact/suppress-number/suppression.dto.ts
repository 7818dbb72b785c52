import { ApiProperty } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import { PageQuery } from '../../shared/http/page.dto.js';
import type { SuppressionView } from '../rows/suppression.queries.js';
import { IsPhoneRegion } from './is-phone-region.js';

/** An entry of the do-not-call list. */
export class SuppressionDto {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ example: '+12025550123', description: 'E.164' }) phoneNumber: string;
  @ApiProperty({ example: 'asked by e-mail' }) reason: string;
  @ApiProperty({
    enum: ['opt_out', 'operator', 'import'],
    description: '`opt_out`: the person said so in a call',
  })
  source: SuppressionView['source'];
  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'Where the person opted out' })
  campaignId: string | null;
  @ApiProperty({ type: String, format: 'uuid', nullable: true }) contactId: string | null;
  @ApiProperty({ type: String, format: 'date-time' }) createdAt: Date;

  static of(view: SuppressionView): SuppressionDto {
    return Object.assign(new SuppressionDto(), view);
  }
}

export class SuppressNumberDto {
  @ApiProperty({ example: '+1 202 555 0123', description: 'Any usual spelling' })
  @IsString()
  phoneNumber: string;

  @ApiProperty({
    required: false,
    example: 'US',
    description: 'ISO 3166; of a number without a country code',
  })
  @IsOptional()
  @IsPhoneRegion()
  defaultRegion?: string;

  @ApiProperty({ required: false, example: 'asked by e-mail', maxLength: 500 })
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(500)
  reason?: string;
}

export class SuppressionListQuery extends PageQuery {
  @ApiProperty({ required: false, example: '+12025550123', description: 'Only this number' })
  @IsOptional()
  @IsString()
  phoneNumber?: string;
}
