import { Body, Controller, Param, Patch } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { ApiProblems } from '../../shared/http/api-problems.js';
import { UuidParam } from '../../shared/http/uuid-param.js';
import { ContactDto } from '../list-contacts/contact.dto.js';
import { EditContactCommand } from './edit-contact.command.js';
import { EditContactDto } from './edit-contact.dto.js';

@Controller('api/v1/contacts/:id')
export class EditContactController {
  constructor(private readonly commands: CommandBus) {}

  @Patch()
  @ApiOperation({ summary: 'Change a contact that is not in a call and not final' })
  @ApiProblems('validation_failed', 'malformed_body', 'contact_not_found', 'contact_not_editable')
  async edit(@Param('id', UuidParam) contactId: string, @Body() body: EditContactDto): Promise<ContactDto> {
    return ContactDto.of(await this.commands.execute(new EditContactCommand(contactId, body)));
  }
}
