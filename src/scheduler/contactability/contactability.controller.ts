import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import { ApiProblems } from '../../shared/http/api-problems.js';
import { UuidParam } from '../../shared/http/uuid-param.js';
import { DialPermission } from '../contracts/dial-permission.js';
import { ContactabilityDto } from './contactability.dto.js';

@Controller('api/v1/contacts')
export class ContactabilityController {
  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
    private readonly permission: DialPermission,
  ) {}

  @Get(':id/contactability')
  @ApiOperation({ summary: 'May this person be rung now, and if not, why and when' })
  @ApiProblems('contact_not_found')
  async read(@Param('id', UuidParam) contactId: string): Promise<ContactabilityDto> {
    return this.database.transaction(async (tx) => {
      const at = await this.clock.now(tx);
      const { contactability } = await this.permission.ask(tx, { contactId, attemptId: null, at });
      return contactability.permitted
        ? { permitted: true, reason: null, nextPermittedAt: null, final: false, at }
        : { ...contactability, at };
    });
  }
}
