import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiDatabase } from '../../shared/db/database.js';
import { DomainError } from '../../shared/errors/domain-error.js';
import { ApiProblems } from '../../shared/http/api-problems.js';
import { UuidParam } from '../../shared/http/uuid-param.js';
import { CallAttemptsDto } from './call-attempt.dto.js';
import { attemptsOfContact } from './call-history.queries.js';

@Controller('api/v1/contacts')
export class CallHistoryController {
  constructor(private readonly database: ApiDatabase) {}

  @Get(':id/attempts')
  @ApiOperation({ summary: 'Every call attempt of a contact, oldest first' })
  @ApiOkResponse({ type: CallAttemptsDto })
  @ApiProblems('contact_not_found', 'not_found')
  async attempts(@Param('id', UuidParam) contactId: string): Promise<CallAttemptsDto> {
    const items = await attemptsOfContact(this.database, contactId);
    if (items === undefined) throw new DomainError('contact_not_found');
    return { items, nextCursor: null };
  }
}
