import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiDatabase } from '../../shared/db/database.js';
import { DomainError } from '../../shared/errors/domain-error.js';
import { ApiProblems } from '../../shared/http/api-problems.js';
import { decodeCursor, encodeCursor } from '../../shared/http/page.dto.js';
import { UuidParam } from '../../shared/http/uuid-param.js';
import { redact } from '../../shared/logging/redact.js';
import { type CampaignEventDto, CampaignEventsDto, CampaignEventsQuery } from './campaign-events.dto.js';
import {
  campaignEvents,
  type CampaignEventRow,
  campaignExists,
  endOfStretch,
  mayHaveLostEvents,
  positionBefore,
} from './campaign-events.queries.js';

/**
 * The log of a campaign in the order of its positions. An event has a position only after its commit and after every
 * event that was readable before, so who goes on from the last cursor misses none.
 */
@Controller('api/v1/campaigns')
export class CampaignEventsController {
  constructor(private readonly database: ApiDatabase) {}

  @Get(':id/events')
  @ApiOperation({ summary: 'Everything that happened in a campaign, in the order of the log; for polling' })
  @ApiOkResponse({ type: CampaignEventsDto })
  @ApiProblems('validation_failed', 'invalid_cursor', 'campaign_not_found', 'not_found')
  async events(
    @Param('id', UuidParam) campaignId: string,
    @Query() { limit, cursor, type, since }: CampaignEventsQuery,
  ): Promise<CampaignEventsDto> {
    const seen = cursor === undefined ? 0 : Number(decodeCursor(cursor, ['integer'])[0]);
    if (!(await campaignExists(this.database, campaignId))) throw new DomainError('campaign_not_found');
    const sought = since !== undefined && cursor === undefined;
    const after = sought ? await positionBefore(this.database, campaignId, since) : seen;
    // Its end is fixed before the events are read: what is numbered meanwhile belongs to the next page.
    const end = await endOfStretch(this.database, campaignId, after);
    const filter = { types: type ?? null, since: since ?? null };
    const rows =
      end === null
        ? []
        : await campaignEvents(this.database, campaignId, filter, { after, upTo: end, limit });
    const reached = rows.length === limit ? rows.at(-1)!.position : end;
    return {
      items: rows.map(shown),
      nextCursor: reached === null ? null : encodeCursor([reached]),
      truncated: await mayHaveLostEvents(this.database, campaignId, after),
    };
  }
}

function shown(row: CampaignEventRow): CampaignEventDto {
  return { ...row, payload: redact(row.payload) as Record<string, unknown> };
}
