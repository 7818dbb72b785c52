import { Body, Controller, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiOperation } from '@nestjs/swagger';
import { type FieldProblem, refuseIfAny } from '../../shared/errors/domain-error.js';
import { ApiProblems } from '../../shared/http/api-problems.js';
import { checkBody } from '../../shared/http/check-body.js';
import { UuidParam } from '../../shared/http/uuid-param.js';
import { ContactDto } from '../list-contacts/contact.dto.js';
import { AddContactsCommand } from './add-contacts.command.js';
import { AddContactsDto, AddedContactsDto, NewContactDto } from './add-contacts.dto.js';

@Controller('api/v1/campaigns/:id/contacts')
export class AddContactsController {
  constructor(private readonly commands: CommandBus) {}

  @Post()
  @ApiOperation({ summary: 'Add contacts, all or none' })
  @ApiBody({ type: AddContactsDto })
  @ApiProblems(
    'validation_failed',
    'malformed_body',
    'campaign_not_found',
    'campaign_closed',
    'duplicate_contacts',
    'suppressed_numbers',
  )
  async add(@Param('id', UuidParam) campaignId: string, @Body() body: unknown): Promise<AddedContactsDto> {
    const { value, problems } = await checkBody(AddContactsDto, body);
    const misshapen = problems.some((problem) => !problem.field.startsWith('contacts['));
    refuseIfAny('validation_failed', misshapen ? problems : []);
    problems.push(...nulls(value.contacts));
    const contacts = readable(value.contacts, problems);
    const views = await this.commands.execute(new AddContactsCommand(campaignId, contacts, problems));
    return { added: views.length, contacts: views.map(ContactDto.of) };
  }
}

/** Those with values of a wrong type cannot be read any further; the others still tell all their problems. */
function readable(contacts: NewContactDto[], problems: FieldProblem[]): (NewContactDto | null)[] {
  const mistyped = new Set(
    problems
      .filter((problem) => problem.code !== 'unknown_field')
      .map((problem) => Number(/^contacts\[(\d+)\]/.exec(problem.field)?.[1])),
  );
  return contacts.map((contact, index) => (mistyped.has(index) ? null : contact));
}

/** The validator lets null pass for an object. */
function nulls(contacts: (NewContactDto | null)[]): FieldProblem[] {
  return contacts.flatMap((contact, index) =>
    contact === null
      ? [{ field: `contacts[${index}]`, code: 'must_be_object', message: 'a contact must be an object' }]
      : [],
  );
}
