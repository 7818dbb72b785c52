import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiDatabase } from '../../shared/db/database.js';
import { DomainError } from '../../shared/errors/domain-error.js';
import { ApiProblems } from '../../shared/http/api-problems.js';
import { decodeCursor, pageOf, PageQuery } from '../../shared/http/page.dto.js';
import { UuidParam } from '../../shared/http/uuid-param.js';
import { redact } from '../../shared/logging/redact.js';
import { ContactTimelineDto } from './contact-timeline.dto.js';
import { hasLostEvents, timelineOfContact } from './contact-timeline.queries.js';

@Controller('api/v1/contacts')
export class ContactTimelineController {
  constructor(private readonly database: ApiDatabase) {}

  @Get(':id/timeline')
  @ApiOperation({ summary: 'Everything that happened to a contact, oldest first' })
  @ApiOkResponse({ type: ContactTimelineDto })
  @ApiProblems('validation_failed', 'invalid_cursor', 'contact_not_found', 'not_found')
  async timeline(
    @Param('id', UuidParam) contactId: string,
    @Query() { limit, cursor }: PageQuery,
  ): Promise<ContactTimelineDto> {
    const after = cursor === undefined ? 0 : Number(decodeCursor(cursor, ['integer'])[0]);
    const rows = await timelineOfContact(this.database, { contactId, after, limit: limit + 1 });
    if (rows === undefined) throw new DomainError('contact_not_found');
    const page = pageOf(
      rows,
      limit,
      ({ position }) => [position],
      ({ position: _position, ...event }) => ({
        ...event,
        payload: redact(event.payload) as Record<string, unknown>,
      }),
    );
    // Asked after reading, so that a deletion in between is not overlooked.
    return { ...page, truncated: await hasLostEvents(this.database, contactId) };
  }
}
