import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Contacts, type LockedContact } from '../../contact/contracts/contacts.js';
import { Clock } from '../../shared/clock/clock.js';
import { DiallingDatabase } from '../../shared/db/database.js';
import type { Tx } from '../../shared/db/tx.js';
import { Interviews } from '../../survey/contracts/interviews.js';
import { strandedContacts } from '../scheduling.queries.js';
import { SettleStrandedContactsCommand } from './settle-stranded-contacts.command.js';

/** An attempt and its contact change together, so only deleted attempts strand a contact, and there is no hurry. */
const STRANDED_AFTER_MS = 10_000;

/** One transaction per contact, under its lock: whoever has finished or refused is final, all others are due again. */
@CommandHandler(SettleStrandedContactsCommand)
export class SettleStrandedContactsHandler implements ICommandHandler<SettleStrandedContactsCommand> {
  constructor(
    private readonly database: DiallingDatabase,
    private readonly clock: Clock,
    private readonly contacts: Contacts,
    private readonly interviews: Interviews,
  ) {}

  async execute(): Promise<{ settled: number }> {
    const found = await this.database.transaction(async (tx) => {
      const at = await this.clock.now(tx);
      return strandedContacts(tx, new Date(at.getTime() - STRANDED_AFTER_MS));
    });
    let settled = 0;
    for (const contactId of found) {
      await this.database.transaction(async (tx) => {
        const contact = await this.contacts.lock(tx, contactId);
        const at = await this.clock.now(tx);
        const still = await strandedContacts(tx, new Date(at.getTime() - STRANDED_AFTER_MS));
        if (contact.state !== 'in_progress' || !still.includes(contactId)) return;
        await this.settle(tx, contact, at);
        settled++;
      });
    }
    return { settled };
  }

  private async settle(tx: Tx, contact: LockedContact, at: Date): Promise<void> {
    const { status } = await this.interviews.evidence(tx, contact.id);
    if (status === 'completed' || status === 'refused') {
      const settlement = { state: status, disposition: status, nextAttemptAt: null, attemptId: null, at };
      await this.contacts.settle(tx, contact, settlement);
      return;
    }
    await this.contacts.releaseClaimed(tx, contact, {
      nextAttemptAt: at,
      attemptId: null,
      reason: 'its attempt is gone',
      at,
    });
  }
}
