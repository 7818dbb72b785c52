import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiDatabase } from '../../shared/db/database.js';
import { ApiProblems } from '../../shared/http/api-problems.js';
import { UuidParam } from '../../shared/http/uuid-param.js';
import { Contacts } from '../../contact/contracts/contacts.js';
import { CallAttemptDto } from './call-attempt.dto.js';
import { attemptsOfContact } from './call-history.queries.js';

@ApiTags('contacts')
@Controller('api/v1/contacts')
export class CallHistoryController {
  constructor(
    private readonly database: ApiDatabase,
    private readonly contacts: Contacts,
  ) {}

  @Get(':id/attempts')
  @ApiOperation({ summary: 'Every call attempt of a contact, oldest first' })
  @ApiProblems('contact_not_found')
  async attempts(@Param('id', UuidParam) contactId: string): Promise<CallAttemptDto[]> {
    return this.database.transaction(async (tx) => {
      await this.contacts.lock(tx, contactId);
      return attemptsOfContact(tx, contactId);
    });
  }
}
