import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsOptional } from 'class-validator';
import type { ImportView } from '../rows/import.queries.js';
import { IsPhoneRegion } from '../suppress-number/is-phone-region.js';

export class ImportErrorDto {
  @ApiProperty({ example: 17, description: 'Line of the file on which the record begins, from 1' })
  line: number;
  @ApiProperty({ example: 'phoneNumber', description: 'Empty: the line as a whole' }) field: string;
  @ApiProperty({ example: 'phone_invalid' }) code: string;
  @ApiProperty({ example: 'phoneNumber is not a valid phone number of US' }) message: string;
}

/** How far an import is, and what it found. `total` = `accepted` + `rejected` + `duplicates`. */
export class ImportDto {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description: 'null: an import of suppressions',
  })
  campaignId: string | null;
  @ApiProperty({ enum: ['contacts', 'suppressions'] }) kind: ImportView['kind'];
  @ApiProperty({ enum: ['queued', 'running', 'completed', 'failed'] }) status: ImportView['status'];
  @ApiProperty({ description: 'Everything is checked, nothing is stored' }) dryRun: boolean;
  @ApiProperty({ type: String, nullable: true, example: 'contacts.csv' }) fileName: string | null;
  @ApiProperty({ example: 300, description: 'Records dealt with so far' }) total: number;
  @ApiProperty({ example: 296 }) accepted: number;
  @ApiProperty({ example: 1 }) rejected: number;
  @ApiProperty({ example: 3, description: 'In the file or in the campaign before' }) duplicates: number;
  @ApiProperty({ type: String, nullable: true, description: 'Why it failed; what was accepted before stays' })
  failure: string | null;
  @ApiProperty({ type: [ImportErrorDto], description: 'The first 1,000' }) errors: ImportErrorDto[];
  @ApiProperty() errorsTruncated: boolean;
  @ApiProperty({ type: String, format: 'date-time' }) createdAt: Date;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) finishedAt: Date | null;

  static of(view: ImportView): ImportDto {
    return Object.assign(new ImportDto(), view);
  }
}

export class ImportQuery {
  @ApiProperty({ required: false, type: Boolean, description: 'Check everything, store nothing' })
  @IsOptional()
  @Transform(({ value }) => (value === 'true' || value === '' ? true : value === 'false' ? false : value))
  @IsBoolean()
  dryRun?: boolean;
}

export class SuppressionImportQuery extends ImportQuery {
  @ApiProperty({ required: false, example: 'US', description: 'ISO 3166; of numbers without a country code' })
  @IsOptional()
  @IsPhoneRegion()
  defaultRegion?: string;
}
