import { isDeepStrictEqual } from 'node:util';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import { DomainError, refuseIfAny } from '../../shared/errors/domain-error.js';
import { appendEvents } from '../../shared/event-log/append-events.js';
import { Contacts } from '../contracts/contacts.js';
import { ContactEdited } from '../contracts/events.js';
import { type ContactDetails, readDetails } from '../domain/contact-input.js';
import { readContactView, type ContactView } from '../rows/contact.queries.js';
import { updateContactDetailsIfCurrent } from '../rows/edited-contacts.sql.js';
import { EditContactCommand } from './edit-contact.command.js';

/**
 * Works on the locked row, so an edit and a claim never mix: the claim skips the locked contact, and once it is
 * claimed the edit is refused. The same edit twice changes nothing the second time.
 */
@CommandHandler(EditContactCommand)
export class EditContactHandler implements ICommandHandler<EditContactCommand> {
  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
    private readonly contacts: Contacts,
  ) {}

  execute({ contactId, changes }: EditContactCommand): Promise<ContactView> {
    const { details, problems } = readDetails(changes);
    refuseIfAny('validation_failed', problems);
    return this.database.transaction(async (tx) => {
      const contact = await this.contacts.lock(tx, contactId);
      if (contact.nextAttemptAt === null) throw new DomainError('contact_not_editable');
      const before = (await readContactView(tx, contactId))!;
      const fields = changedFields(changes, details, before);
      if (fields.length === 0) return before;
      const after = {
        ...detailsOf(before),
        ...Object.fromEntries(fields.map((field) => [field, details[field]])),
      };
      const version = await updateContactDetailsIfCurrent(tx, contact, after);
      if (version === undefined) throw new Error(`contact ${contactId} changed under its edit`);
      const at = await this.clock.now(tx);
      await appendEvents(tx, [
        ContactEdited.of({ entityId: contactId, version, at, campaignId: contact.campaignId }, { fields }),
      ]);
      return (await readContactView(tx, contactId))!;
    });
  }
}

function changedFields(
  changes: EditContactCommand['changes'],
  details: ContactDetails,
  before: ContactView,
): (keyof ContactDetails)[] {
  return (Object.keys(details) as (keyof ContactDetails)[]).filter(
    (field) => changes[field] !== undefined && !isDeepStrictEqual(details[field], before[field]),
  );
}

function detailsOf({ name, externalId, language, timezone, attributes }: ContactView): ContactDetails {
  return { name, externalId, language, timezone, attributes };
}
