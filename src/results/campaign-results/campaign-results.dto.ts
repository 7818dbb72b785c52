import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsNumber, IsOptional, Max, Min } from 'class-validator';
import { CAMPAIGN_STATUSES, type CampaignStatus } from '../../campaign/contracts/campaigns.js';
import {
  CONTACT_STATES,
  type ContactState,
  type Disposition,
} from '../../contact/contracts/contact-state.js';
import type { AnswerValue } from '../../survey/contracts/survey-definition.js';
import type { CallOutcome } from '../../telephony/contracts/call-attempt.js';
import { CASE_CODE_LIST, CASE_GROUPS, type CaseCode, type CaseGroup } from '../domain/case-codes.js';
import { type GroupCounts, type Rate, type RateName } from '../domain/rates.js';

export class ResultsQuery {
  /** Share of the cases of unknown eligibility that is taken to be eligible; by default estimated from the known ones. */
  @ApiProperty({ required: false, minimum: 0, maximum: 1, example: 0.8 })
  @IsOptional()
  @Type(() => Number)
  @IsNumber()
  @Min(0)
  @Max(1)
  e?: number;
}

export class SurveyVersionDto {
  /** @example 1 */
  version: number;
  /** BCP 47. @example "en-US" */
  language: string;
}

export class StandingDto {
  @ApiProperty({ enum: CONTACT_STATES, example: 'not_reached' }) state: ContactState;
  @ApiProperty({ type: String, nullable: true, example: 'no_answer' }) disposition: Disposition | null;
  /** Will be called again, or is in a call. */
  open: boolean;
  /** @example 98 */
  contacts: number;
}

export class CaseCountDto {
  @ApiProperty({ enum: CASE_CODE_LIST, example: '3.13' }) code: CaseCode;
  @ApiProperty({ enum: CASE_GROUPS, example: 'UH' }) group: CaseGroup;
  /** @example "No answer" */
  label: string;
  /** @example 98 */
  contacts: number;
}

/** Final codes, one per contact, over all of its calls. */
export class CasesDto {
  /** @example "AAPOR Standard Definitions, 9th edition (2016), telephone" */
  standard: string;
  /** Version of the table that turns calls into codes. @example 1 */
  tableVersion: number;
  /** Contacts without a final code yet; in no rate. @example 0 */
  open: number;
  /** Suppressed or withdrawn before the first call; in no rate. @example 2 */
  excluded: number;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    example: { I: 41, P: 6, R: 20, O: 0, NC: 30, NE: 4, UO: 0, UH: 199 },
  })
  groups: GroupCounts;
  /** Codes that occur. */
  codes: CaseCountDto[];
}

export class RateDto {
  /** @example 41 */
  numerator: number;
  @ApiProperty({
    type: Number,
    nullable: true,
    example: 300,
    description: 'null where it needs an unknown e',
  })
  denominator: number | null;
  @ApiProperty({ type: Number, nullable: true, example: 0.137, description: 'null for 0/0' })
  value: number | null;
}

export class EligibilityDto {
  @ApiProperty({
    type: Number,
    nullable: true,
    example: 0.96,
    description: 'null: nothing known to estimate it from',
  })
  e: number | null;
  @ApiProperty({
    enum: ['proportional', 'given'],
    description: 'proportional: the eligible share of the cases whose eligibility is known',
  })
  method: 'proportional' | 'given';
}

export class AnswerCountDto {
  @ApiProperty({ oneOf: [{ type: 'boolean' }, { type: 'number' }, { type: 'string' }], example: 5 })
  value: AnswerValue;
  /** @example "5" */
  label: string;
  /** @example 12 */
  answers: number;
  /** Of those who answered this question, 0 to 1. @example 0.29 */
  share: number;
}

export class QuestionResultsDto {
  /** @example "satisfaction" */
  key: string;
  /** @example "scale" */
  type: string;
  /** @example "From 1 to 5, how satisfied are you?" */
  text: string;
  /** Answers stored, those of broken-off interviews included. @example 41 */
  answered: number;
  distribution: AnswerCountDto[];
  /** Answers whose value is too rare to be listed. @example 0 */
  otherAnswers: number;
  @ApiProperty({
    type: Number,
    nullable: true,
    example: 3.9,
    description: 'null where answers are no numbers',
  })
  mean: number | null;
  @ApiProperty({ type: Number, nullable: true, example: 1 }) min: number | null;
  @ApiProperty({ type: Number, nullable: true, example: 5 }) max: number | null;
}

/** What a campaign has found. Counted from the rows at `asOf`; test calls and superseded interviews are left out. */
@ApiExtraModels(RateDto)
export class CampaignResultsDto {
  @ApiProperty({ format: 'uuid' }) campaignId: string;
  /** @example "Customer satisfaction Q4" */
  name: string;
  @ApiProperty({ enum: CAMPAIGN_STATUSES }) status: CampaignStatus;
  @ApiProperty({
    type: Boolean,
    nullable: true,
    description: 'true: nobody was called, the people are simulated; null until it has started on a carrier',
  })
  simulated: boolean | null;
  @ApiProperty({ type: () => SurveyVersionDto, nullable: true }) survey: SurveyVersionDto | null;
  asOf: Date;
  /** The campaign is not completed: codes and rates may still change. */
  interim: boolean;
  /** @example 300 */
  contacts: number;
  /** Contacts by state and the finest reason we keep. */
  standings: StandingDto[];
  cases: CasesDto;
  eligibility: EligibilityDto;
  @ApiProperty({
    type: 'object',
    additionalProperties: { $ref: getSchemaPath(RateDto) },
    example: { RR1: { numerator: 41, denominator: 300, value: 0.137 } },
    description:
      'RR1 to RR6, COOP1 to COOP4, REF1 to REF3, CON1 to CON3 over final cases, by the formulas of the standard',
  })
  rates: Record<RateName, Rate>;
  questions: QuestionResultsDto[];
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: 'Ended calls by outcome; `canceled` ones were never offered to the carrier',
    example: { completed: 41, no_answer: 170, busy: 40 },
  })
  calls: Record<CallOutcome, number>;
}
