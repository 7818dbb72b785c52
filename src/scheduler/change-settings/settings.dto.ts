import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsInt, IsNumber, IsOptional, IsString, Length, Max, Min } from 'class-validator';

/** Limits over every campaign; what is left out stays as it is. */
export class ChangeSettingsDto {
  /** Calls at the same time, all campaigns together. 0 claims nobody. */
  @ApiProperty({ required: false, example: 50 })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(100_000)
  maxConcurrentCalls?: number;
  /** Calls started per second, all campaigns together. */
  @ApiProperty({ required: false, example: 5 })
  @IsOptional()
  @IsNumber()
  @Min(0.01)
  @Max(1_000)
  callsPerSecond?: number;
}

export class StopDiallingDto {
  /** Why, for the audit. */
  @ApiProperty({ required: false, example: 'the carrier reports trouble' })
  @IsOptional()
  @IsString()
  @Length(1, 500)
  reason?: string;
  /** Also ends the calls under way. */
  @ApiProperty({ required: false, example: false }) @IsOptional() @IsBoolean() hangUp?: boolean;
}

export class SettingsDto {
  maxConcurrentCalls: number;
  callsPerSecond: number;
  /** null while dialling is permitted. */
  diallingStoppedAt: Date | null;
  diallingStoppedReason: string | null;
}
