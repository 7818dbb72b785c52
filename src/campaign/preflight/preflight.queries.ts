import { Injectable } from '@nestjs/common';
import type { CampaignLoadCounts } from '../../scheduler/contracts/campaign-load.js';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import type { FieldProblem } from '../../shared/errors/domain-error.js';
import { found, standing } from '../campaign-rows.js';
import { readCampaign } from '../campaigns.sql.js';
import { legalTransitions } from '../domain/campaign-machine.js';
import { COUNTING_LIMITS, LaunchChecks } from '../launch-checks.js';
import type { PreflightDto, SkippedDto } from './preflight.dto.js';

/** The checks of `start`, without its lock. */
@Injectable()
export class PreflightQueries {
  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
    private readonly checks: LaunchChecks,
  ) {}

  of(campaignId: string): Promise<PreflightDto> {
    return this.database.transaction(
      async (tx) => {
        const campaign = found(await readCampaign(tx, campaignId));
        const at = await this.clock.now(tx);
        const { problems: ofLaunch, load } = await this.checks.of(tx, campaign, at);
        const problems = [...statusProblems(standing(campaign)), ...ofLaunch];
        const { open, callableNow } = load;
        return { startable: problems.length === 0, problems, open, callableNow, skipped: skipped(load), at };
      },
      { limits: COUNTING_LIMITS },
    );
  }
}

function statusProblems({ status, closing }: ReturnType<typeof standing>): FieldProblem[] {
  if (legalTransitions(status, closing).includes('start')) return [];
  return [
    {
      field: 'status',
      code: 'illegal_transition',
      message: `the campaign is ${status}; only a draft starts`,
    },
  ];
}

function skipped(load: CampaignLoadCounts): SkippedDto[] {
  const reasons: SkippedDto[] = [
    { reason: 'suppressed', contacts: load.suppressed, forGood: true },
    { reason: 'unknown_timezone', contacts: load.unknownTimezone, forGood: true },
    { reason: 'never_open', contacts: load.neverOpen, forGood: true },
    { reason: 'outside_calling_window', contacts: load.outsideCallingWindow, forGood: false },
    { reason: 'outside_legal_hours', contacts: load.outsideLegalHours, forGood: false },
    { reason: 'number_in_call', contacts: load.numberInCall, forGood: false },
  ];
  return reasons.filter(({ contacts }) => contacts > 0);
}
