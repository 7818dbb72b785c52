import { Controller, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiProblems } from '../../shared/http/api-problems.js';
import { UuidParam } from '../../shared/http/uuid-param.js';
import { ContactDto } from '../list-contacts/contact.dto.js';
import { WithdrawContactCommand } from './withdraw-contact.command.js';

@Controller('api/v1/contacts/:id/withdraw')
export class WithdrawContactController {
  constructor(private readonly commands: CommandBus) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Call this person no more in this campaign; a live call is hung up' })
  @ApiOkResponse({ type: ContactDto })
  @ApiProblems('contact_not_found', 'illegal_transition')
  async withdraw(@Param('id', UuidParam) contactId: string): Promise<ContactDto> {
    return ContactDto.of(await this.commands.execute(new WithdrawContactCommand(contactId)));
  }
}
