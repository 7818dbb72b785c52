import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import { DomainError } from '../../shared/errors/domain-error.js';
import { ApiProblems } from '../../shared/http/api-problems.js';
import { UuidParam } from '../../shared/http/uuid-param.js';
import { CALL_OUTCOMES, type CallOutcome } from '../../telephony/contracts/call-attempt.js';
import { CODE_STANDARD, CODE_TABLE_VERSION } from '../domain/case-codes.js';
import { tallyCases } from '../domain/case-tally.js';
import { questionResults } from '../domain/question-results.js';
import { eligibilityOf, ratesOf } from '../domain/rates.js';
import { REPORT_LIMITS } from '../report-limits.js';
import { CampaignResultsDto, ResultsQuery } from './campaign-results.dto.js';
import { readResults, type ResultRows } from './campaign-results.queries.js';

@Controller('api/v1/campaigns')
export class CampaignResultsController {
  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
  ) {}

  @Get(':id/results')
  @ApiOperation({
    summary: 'What a campaign has found: answers, dispositions and rates',
    description: 'Interim until the campaign is completed; open contacts are in no rate.',
  })
  @ApiOkResponse({ type: CampaignResultsDto })
  @ApiProblems('validation_failed', 'campaign_not_found', 'not_found')
  results(
    @Param('id', UuidParam) campaignId: string,
    @Query() query: ResultsQuery,
  ): Promise<CampaignResultsDto> {
    return this.database.transaction(async (tx) => {
      const asOf = await this.clock.now(tx);
      const rows = await readResults(tx, campaignId);
      if (rows === undefined) throw new DomainError('campaign_not_found');
      return report(rows, asOf, query.e ?? null);
    }, REPORT_LIMITS);
  }
}

function report(rows: ResultRows, asOf: Date, givenE: number | null): CampaignResultsDto {
  const tally = tallyCases(rows.cases);
  const eligibility = eligibilityOf(tally.groups, givenE);
  const calls = new Map(rows.calls.map((row) => [row.outcome, row.calls]));
  return {
    campaignId: rows.campaignId,
    name: rows.name,
    status: rows.status,
    simulated: rows.carrier === null ? null : rows.carrier === 'simulator',
    survey:
      rows.surveyVersion === null ? null : { version: rows.surveyVersion, language: rows.surveyLanguage! },
    asOf,
    interim: rows.status !== 'completed',
    contacts: rows.standings.reduce((sum, standing) => sum + standing.contacts, 0),
    standings: rows.standings,
    cases: { standard: CODE_STANDARD, tableVersion: CODE_TABLE_VERSION, ...tally },
    eligibility,
    rates: ratesOf(tally.groups, eligibility.e),
    questions: questionResults(rows.definition?.questions ?? [], rows.counts, rows.figures),
    calls: Object.fromEntries(CALL_OUTCOMES.map((outcome) => [outcome, calls.get(outcome) ?? 0])) as Record<
      CallOutcome,
      number
    >,
  };
}
