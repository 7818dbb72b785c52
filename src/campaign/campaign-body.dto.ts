import { ApiProperty } from '@nestjs/swagger';
import { Allow, IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { type Completion, NAME_MAX_LENGTH } from './domain/campaign-settings.js';
import { PolicyBody } from './policy-body.dto.js';

/**
 * A campaign as an operator writes it. Types are checked here; what a value means (zones, numbers, survey, policy)
 * is checked by the command, which answers every problem of the body at once.
 */
export class CampaignBody {
  @ApiProperty({
    required: false,
    nullable: true,
    type: String,
    minLength: 1,
    maxLength: NAME_MAX_LENGTH,
    example: 'Customer satisfaction Q4',
  })
  @IsOptional()
  @IsString()
  @MaxLength(NAME_MAX_LENGTH)
  name?: string | null;
  @ApiProperty({ required: false, nullable: true, type: String, default: 'en-US', description: 'BCP 47' })
  @IsOptional()
  @IsString()
  language?: string | null;
  @ApiProperty({
    required: false,
    nullable: true,
    type: String,
    example: 'America/New_York',
    description: 'zone of contacts that have none',
  })
  @IsOptional()
  @IsString()
  defaultTimezone?: string | null;
  @ApiProperty({
    required: false,
    nullable: true,
    type: String,
    example: 'US',
    description:
      'country of numbers without a country code; by default that of the caller id, else of the language',
  })
  @IsOptional()
  @IsString()
  defaultRegion?: string | null;
  @ApiProperty({ required: false, nullable: true, type: String, example: '+12025550199' })
  @IsOptional()
  @IsString()
  callerId?: string | null;
  @ApiProperty({
    required: false,
    nullable: true,
    enum: ['auto', 'manual'],
    default: 'auto',
    description: '`auto` completes when nobody is left to call',
  })
  @IsOptional()
  @IsIn(['auto', 'manual'])
  completion?: Completion | null;
  @ApiProperty({
    required: false,
    nullable: true,
    type: String,
    format: 'date-time',
    example: null,
    description: 'nobody is called before',
  })
  @IsOptional()
  @IsString()
  startsAt?: string | null;
  @ApiProperty({
    required: false,
    nullable: true,
    type: String,
    format: 'date-time',
    example: null,
    description: 'the campaign closes by itself',
  })
  @IsOptional()
  @IsString()
  endsAt?: string | null;
  @ApiProperty({
    required: false,
    nullable: true,
    // The component is made from the registry of question types, when the document is built.
    allOf: [{ $ref: '#/components/schemas/SurveyDefinition' }],
    example: {
      introduction:
        'Hello, this is Acme Research, calling for Acme Stores. You can reach us at 202 555 0100.',
      consent: 'May we ask you three short questions?',
      questions: [
        { key: 'satisfaction', type: 'scale', text: 'From 1 to 5, how satisfied are you?', min: 1, max: 5 },
        { key: 'recommend', type: 'yes_no', text: 'Would you recommend us?' },
        {
          key: 'visits',
          type: 'numeric',
          text: 'How many times did you visit us this year?',
          min: 0,
          max: 99,
        },
      ],
      closing: 'Thank you. Goodbye.',
    },
  })
  @Allow()
  survey?: object | null;
  @ApiProperty({ required: false, nullable: true, type: () => PolicyBody })
  @Allow()
  policy?: object | null;
}
