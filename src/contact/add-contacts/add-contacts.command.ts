import { Command } from '@nestjs/cqrs';
import type { FieldProblem } from '../../shared/errors/domain-error.js';
import type { ContactInput } from '../domain/contact-input.js';
import type { ContactView } from '../rows/contact.queries.js';

/**
 * Adds people to a campaign: all of them or none. `found` are the problems of form found before; null stands for a
 * contact that could not be read for one of them.
 */
export class AddContactsCommand extends Command<ContactView[]> {
  constructor(
    readonly campaignId: string,
    readonly contacts: (ContactInput | null)[],
    readonly found: FieldProblem[],
  ) {
    super();
  }
}
