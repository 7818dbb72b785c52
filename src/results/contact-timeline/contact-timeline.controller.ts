import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { ApiDatabase } from '../../shared/db/database.js';
import { DomainError } from '../../shared/errors/domain-error.js';
import { ApiProblems } from '../../shared/http/api-problems.js';
import { ApiPage, decodeCursor, type Page, pageOf, PageQuery } from '../../shared/http/page.dto.js';
import { UuidParam } from '../../shared/http/uuid-param.js';
import { TimelineEventDto } from './contact-timeline.dto.js';
import { timelineOfContact } from './contact-timeline.queries.js';

@Controller('api/v1/contacts')
export class ContactTimelineController {
  constructor(private readonly database: ApiDatabase) {}

  @Get(':id/timeline')
  @ApiOperation({ summary: 'Everything that happened to a contact, oldest first' })
  @ApiPage(TimelineEventDto)
  @ApiProblems('validation_failed', 'invalid_cursor', 'contact_not_found', 'not_found')
  async timeline(
    @Param('id', UuidParam) contactId: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<Page<TimelineEventDto>> {
    const [afterId] = cursor === undefined ? [] : decodeCursor(cursor, ['integer']);
    const rows = await timelineOfContact(this.database, {
      contactId,
      afterId: afterId ?? null,
      limit: limit + 1,
    });
    if (rows === undefined) throw new DomainError('contact_not_found');
    return pageOf(
      rows,
      limit,
      (row) => [row.id],
      ({ id: _id, ...event }) => event,
    );
  }
}
