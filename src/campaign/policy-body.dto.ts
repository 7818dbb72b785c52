import { ApiProperty } from '@nestjs/swagger';
import { Allow } from 'class-validator';
import { POLICY_BOUNDS } from './domain/calling-policy.js';
import { WEEKDAYS } from './domain/calling-window.js';

const { maxAttempts, maxConcurrentCalls, callsPerSecond, ringSeconds, callSeconds } = POLICY_BOUNDS;

/** Hours in the contact's zone. */
export class CallingWindowBody {
  @ApiProperty({
    enum: WEEKDAYS,
    isArray: true,
    required: false,
    example: ['mon', 'tue', 'wed', 'thu', 'fri'],
  })
  @Allow()
  days?: string[];
  @ApiProperty({
    required: false,
    example: '09:00',
    description: '`HH:MM`; later than `to` crosses midnight',
  })
  @Allow()
  from?: string;
  @ApiProperty({ required: false, example: '20:00', description: '`HH:MM`, at the latest `24:00`' })
  @Allow()
  to?: string;
  @ApiProperty({
    required: false,
    type: [String],
    example: ['2026-12-25'],
    description: 'local dates on which no window opens',
  })
  @Allow()
  holidays?: string[];
}

/** How a campaign calls. What is left out stays as it is, `null` goes back to its default. */
export class PolicyBody {
  @ApiProperty({
    required: false,
    type: 'integer',
    minimum: maxAttempts.min,
    maximum: maxAttempts.max,
    default: maxAttempts.default,
  })
  @Allow()
  maxAttempts?: number;
  @ApiProperty({
    required: false,
    type: 'integer',
    minimum: maxConcurrentCalls.min,
    maximum: maxConcurrentCalls.max,
    default: maxConcurrentCalls.default,
  })
  @Allow()
  maxConcurrentCalls?: number;
  @ApiProperty({
    required: false,
    type: 'number',
    minimum: callsPerSecond.min,
    maximum: callsPerSecond.max,
    default: callsPerSecond.default,
  })
  @Allow()
  callsPerSecond?: number;
  @ApiProperty({ required: false, type: () => CallingWindowBody })
  @Allow()
  callingWindow?: CallingWindowBody;
  @ApiProperty({
    selfRequired: false,
    type: 'object',
    additionalProperties: { type: 'array', items: { type: 'string' } },
    example: { busy: ['5m', '30m'], no_answer: ['1h', '4h'], failed: ['30s', '15m'] },
    description:
      'delays before the next attempt by outcome; the last one repeats, an empty list means no retry',
  })
  @Allow()
  retry?: Record<string, string[]>;
  @ApiProperty({
    required: false,
    type: 'integer',
    minimum: ringSeconds.min,
    maximum: ringSeconds.max,
    default: ringSeconds.default,
  })
  @Allow()
  ringSeconds?: number;
  @ApiProperty({
    required: false,
    type: 'integer',
    minimum: callSeconds.min,
    maximum: callSeconds.max,
    default: callSeconds.default,
  })
  @Allow()
  callSeconds?: number;
  @ApiProperty({ required: false, enum: ['hang_up', 'off'], default: 'hang_up' })
  @Allow()
  machineDetection?: string;
}
