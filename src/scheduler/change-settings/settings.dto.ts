import { IsBoolean, IsInt, IsNumber, IsOptional, IsString, Length, Max, Min } from 'class-validator';

/** Limits over every campaign; what is left out stays as it is. */
export class ChangeSettingsDto {
  /** Calls at the same time, all campaigns together. 0 claims nobody. */
  @IsOptional() @IsInt() @Min(0) @Max(100_000) maxConcurrentCalls?: number;
  /** Calls started per second, all campaigns together. */
  @IsOptional() @IsNumber() @Min(0.01) @Max(1_000) callsPerSecond?: number;
}

export class StopDiallingDto {
  /** Why, for the audit. */
  @IsOptional() @IsString() @Length(1, 500) reason?: string;
  /** Also ends the calls under way. */
  @IsOptional() @IsBoolean() hangUp?: boolean;
}

export class SettingsDto {
  maxConcurrentCalls: number;
  callsPerSecond: number;
  /** null while dialling is permitted. */
  diallingStoppedAt: Date | null;
  diallingStoppedReason: string | null;
}
