import { ApiProperty } from '@nestjs/swagger';
import {
  CALL_OUTCOMES,
  CALL_STATUSES,
  type CallOutcome,
  type CallStatus,
} from '../../telephony/contracts/call-attempt.js';

export class CallAttemptDto {
  @ApiProperty({ format: 'uuid' }) id: string;
  @ApiProperty({ format: 'uuid' }) contactId: string;
  /** Counts from 1, attempts that were given back included. */
  attemptNumber: number;
  /** E.164 */
  phoneNumber: string;
  @ApiProperty({ enum: CALL_STATUSES }) status: CallStatus;
  @ApiProperty({ enum: CALL_OUTCOMES, nullable: true, description: 'Set when it has ended' })
  outcome: CallOutcome | null;
  @ApiProperty({
    enum: CALL_OUTCOMES,
    nullable: true,
    description: 'The outcome before a late answer corrected it',
  })
  correctedFrom: CallOutcome | null;
  @ApiProperty({
    enum: ['accepted', 'unknown'],
    nullable: true,
    description: 'null while the request is in flight or was never sent',
  })
  dialResult: 'accepted' | 'unknown' | null;
  @ApiProperty({ type: String, nullable: true, description: 'The carrier’s id of the call' })
  providerCallId: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'The carrier’s error or SIP code' })
  errorCode: string | null;
  claimedAt: Date;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) dialingAt: Date | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) answeredAt: Date | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) endedAt: Date | null;
}

/** All of them at once: a policy allows a few calls per contact. */
export class CallAttemptsDto {
  items: CallAttemptDto[];
  @ApiProperty({ type: String, nullable: true, description: 'Always null: there is one page' })
  nextCursor: null;
}
