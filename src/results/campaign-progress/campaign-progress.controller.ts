import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import { DomainError } from '../../shared/errors/domain-error.js';
import { ApiProblems } from '../../shared/http/api-problems.js';
import { UuidParam } from '../../shared/http/uuid-param.js';
import { callProgress, contactProgress, openContacts, percentDone } from '../domain/progress.js';
import { REPORT_LIMITS } from '../report-limits.js';
import { CampaignProgressDto } from './campaign-progress.dto.js';
import { readProgress } from './campaign-progress.queries.js';

@Controller('api/v1/campaigns')
export class CampaignProgressController {
  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
  ) {}

  @Get(':id/progress')
  @ApiOperation({ summary: 'How far a campaign is: contacts, live and ended calls' })
  @ApiOkResponse({ type: CampaignProgressDto })
  @ApiProblems('campaign_not_found', 'not_found')
  progress(@Param('id', UuidParam) campaignId: string): Promise<CampaignProgressDto> {
    return this.database.transaction(async (tx) => {
      const asOf = await this.clock.now(tx);
      const rows = await readProgress(tx, campaignId);
      if (rows === undefined) throw new DomainError('campaign_not_found');
      const { carrier, ...campaign } = rows;
      const contacts = contactProgress(rows.contacts);
      return {
        ...campaign,
        simulated: carrier === null ? null : carrier === 'simulator',
        asOf,
        contacts,
        calls: callProgress(rows.calls),
        open: openContacts(contacts),
        percentDone: percentDone(contacts),
      };
    }, REPORT_LIMITS);
  }
}
