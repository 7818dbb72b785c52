import { Command } from '@nestjs/cqrs';
import type { ContactInput } from '../domain/contact-input.js';
import type { ContactView } from '../rows/contact.queries.js';

/** Fields that are absent stay as they are; null clears one. */
export type ContactChanges = Partial<Omit<ContactInput, 'phoneNumber'>>;

export class EditContactCommand extends Command<ContactView> {
  constructor(
    readonly contactId: string,
    readonly changes: ContactChanges,
  ) {
    super();
  }
}
