import { ApiProperty } from '@nestjs/swagger';

export class InvariantExampleDto {
  /** The id of the contact, attempt, campaign or interview. */
  @ApiProperty({ example: '0195b1c2-7d7e-7c3a-9b1f-0242ac120002' }) entity: string;
  /** @example "attempts_count is 3, the last attempt has the number 2" */
  detail: string;
}

export class InvariantDto {
  /** As in the documentation of the dial protocol, 1 to 16. */
  @ApiProperty({ example: 2 }) number: number;
  /** @example "attempts_counted" */
  name: string;
  /** @example "attempts_count is the number of the last attempt." */
  promise: string;
  /** `not_checked`: it took too long or failed, see `note`. `listed`: worth knowing, nothing is broken. */
  @ApiProperty({ enum: ['holds', 'broken', 'not_checked', 'listed'] })
  status: 'holds' | 'broken' | 'not_checked' | 'listed';
  /** Violations; with `listed`, what is listed. */
  @ApiProperty({ example: 0 }) count: number;
  /** The first five. */
  examples: InvariantExampleDto[];
  @ApiProperty({ example: 3.4 }) tookMs: number;
  /** Why it was not, or not wholly, checked; null otherwise. */
  @ApiProperty({ type: String, nullable: true, example: null }) note: string | null;
}

export class InvariantsDto {
  /** Every invariant was checked and none is broken. */
  @ApiProperty({ example: true }) holds: boolean;
  /** `recent`: only what the log's last events tell of; `npm run doctor -- --full` looks at everything. */
  @ApiProperty({ enum: ['all', 'recent'] }) checked: 'all' | 'recent';
  invariants: InvariantDto[];
}
