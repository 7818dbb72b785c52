import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { Campaigns } from '../../campaign/contracts/campaigns.js';
import { ApiDatabase } from '../../shared/db/database.js';
import { DomainError } from '../../shared/errors/domain-error.js';
import { ApiProblems } from '../../shared/http/api-problems.js';
import { ApiPage, decodeCursor, type Page, pageOf } from '../../shared/http/page.dto.js';
import { UuidParam } from '../../shared/http/uuid-param.js';
import { listContactViews, readContactView } from '../rows/contact.queries.js';
import { ContactDto, ContactListQuery } from './contact.dto.js';

@Controller('api/v1')
export class ContactsController {
  constructor(
    private readonly database: ApiDatabase,
    private readonly campaigns: Campaigns,
  ) {}

  @Get('campaigns/:id/contacts')
  @ApiOperation({ summary: 'The contacts of a campaign' })
  @ApiPage(ContactDto)
  @ApiProblems('validation_failed', 'invalid_cursor', 'campaign_not_found')
  list(
    @Param('id', UuidParam) campaignId: string,
    @Query() query: ContactListQuery,
  ): Promise<Page<ContactDto>> {
    const [afterId] = query.cursor === undefined ? [null] : decodeCursor(query.cursor, ['uuid']);
    return this.database.transaction(async (tx) => {
      await this.campaigns.read(tx, campaignId);
      const rows = await listContactViews(tx, {
        campaignId,
        state: query.state ?? null,
        afterId: afterId ?? null,
        limit: query.limit + 1,
      });
      return pageOf(rows, query.limit, (row) => [row.id], ContactDto.of);
    });
  }

  @Get('contacts/:id')
  @ApiOperation({ summary: 'A contact' })
  @ApiProblems('contact_not_found', 'not_found')
  async show(@Param('id', UuidParam) contactId: string): Promise<ContactDto> {
    const view = await readContactView(this.database, contactId);
    if (!view) throw new DomainError('contact_not_found');
    return ContactDto.of(view);
  }
}
