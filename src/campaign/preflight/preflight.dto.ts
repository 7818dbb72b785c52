import { ApiProperty } from '@nestjs/swagger';
import { FieldProblemDto } from '../../shared/http/problem.dto.js';

/** Why people are not called; the first reason of each counts. */
export const SKIP_REASONS = [
  'suppressed',
  'unknown_timezone',
  'never_open',
  'outside_calling_window',
  'outside_legal_hours',
  'number_in_call',
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

export class SkippedDto {
  @ApiProperty({ enum: SKIP_REASONS })
  reason: SkipReason;
  @ApiProperty({ type: 'integer' })
  contacts: number;
  /** false: they are called later by themselves. */
  forGood: boolean;
}

export class PreflightDto {
  /** Whether `start` would be accepted now. */
  startable: boolean;
  /** What `start` would refuse. */
  @ApiProperty({ type: [FieldProblemDto] })
  problems: FieldProblemDto[];
  /** Contacts still to be called. */
  @ApiProperty({ type: 'integer' })
  open: number;
  /** Of those, the ones that nothing keeps from being called at this moment. */
  @ApiProperty({ type: 'integer' })
  callableNow: number;
  /** The others, by reason. */
  @ApiProperty({ type: [SkippedDto] })
  skipped: SkippedDto[];
  /** The instant the counts hold for. */
  at: Date;
}
