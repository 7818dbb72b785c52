import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import { holdDialGate } from '../../shared/db/locks.js';
import { DomainError } from '../../shared/errors/domain-error.js';
import { Interviews } from '../../survey/contracts/interviews.js';
import { CallAttempts } from '../../telephony/contracts/call-attempts.js';
import { HangUpCallsCommand } from '../../telephony/contracts/commands.js';
import { Contacts } from '../contracts/contacts.js';
import { readContactView, type ContactView } from '../rows/contact.queries.js';
import { WithdrawContactCommand } from './withdraw-contact.command.js';

const WITHDRAWN = { state: 'not_reached', disposition: 'withdrawn' } as const;
const COMPLETED = { state: 'completed', disposition: 'completed' } as const;

/**
 * Holds the dial gate until its COMMIT: an attempt that was claimed and not yet dialled finds the contact final and is
 * never dialled. That a call already under way is to be hung up is noted with it and asked for after the COMMIT; its end
 * changes nothing more. Repeatable.
 */
@CommandHandler(WithdrawContactCommand)
export class WithdrawContactHandler implements ICommandHandler<WithdrawContactCommand> {
  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
    private readonly contacts: Contacts,
    private readonly commands: CommandBus,
    private readonly attempts: CallAttempts,
    private readonly interviews: Interviews,
  ) {}

  async execute({ contactId }: WithdrawContactCommand): Promise<ContactView> {
    const { view, mayBeInCall } = await this.database.transaction(async (tx) => {
      await holdDialGate(tx);
      const at = await this.clock.now(tx);
      const contact = await this.contacts.lock(tx, contactId);
      if (contact.state === 'in_progress') {
        // Who has finished an earlier call while this one rings is no longer to be taken out.
        const { isFinished } = await this.interviews.evidence(tx, contactId);
        await this.contacts.settle(tx, contact, {
          ...(isFinished ? COMPLETED : WITHDRAWN),
          nextAttemptAt: null,
          attemptId: null,
          at,
        });
      } else if (contact.nextAttemptAt !== null) {
        await this.contacts.dismiss(tx, [{ contactId, disposition: 'withdrawn' }], at);
      } else if (contact.disposition !== 'withdrawn') {
        throw new DomainError(
          'illegal_transition',
          'The contact is final; only an open one can be withdrawn.',
        );
      }
      const mayBeInCall = contact.state === 'in_progress' || contact.disposition === 'withdrawn';
      if (mayBeInCall) await this.attempts.askHangUp(tx, { contactId }, at);
      return { view: (await readContactView(tx, contactId))!, mayBeInCall };
    });
    if (mayBeInCall) await this.commands.execute(new HangUpCallsCommand({ contactId }));
    return view;
  }
}
