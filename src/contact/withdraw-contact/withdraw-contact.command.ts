import { Command } from '@nestjs/cqrs';
import type { ContactView } from '../rows/contact.queries.js';

/** The person is not called any more in this campaign; a live call is ended. */
export class WithdrawContactCommand extends Command<ContactView> {
  constructor(readonly contactId: string) {
    super();
  }
}
