import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Contacts } from '../../contact/contracts/contacts.js';
import { DialPermission } from '../../scheduler/contracts/dial-permission.js';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import { Environment } from '../../shared/environment/environment.js';
import { DomainError } from '../../shared/errors/domain-error.js';
import type { ErrorCode } from '../../shared/errors/error-codes.js';
import { IdGenerator } from '../../shared/ids/id-generator.js';
import { CarrierIdentity } from '../contracts/call-attempt.js';
import { CallAttempts } from '../contracts/call-attempts.js';
import { PlaceTestCallCommand } from '../contracts/commands.js';

/** A contact and an attempt outside every count; from there on the call goes the way of all calls, dial gate included. */
@CommandHandler(PlaceTestCallCommand)
export class PlaceTestCallHandler implements ICommandHandler<PlaceTestCallCommand> {
  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
    private readonly contacts: Contacts,
    private readonly attempts: CallAttempts,
    private readonly permission: DialPermission,
    private readonly identity: CarrierIdentity,
    private readonly environment: Environment,
  ) {}

  async execute({
    campaignId,
    phoneNumber,
  }: PlaceTestCallCommand): Promise<{ attemptId: string; contactId: string }> {
    return this.database.transaction(async (tx) => {
      const at = await this.clock.now(tx);
      const contact = await this.contacts.addTestContact(tx, { campaignId, phoneNumber, at });
      const { contactability } = await this.permission.ask(tx, {
        contactId: contact.id,
        attemptId: null,
        at,
      });
      if (!contactability.permitted)
        throw new DomainError(REFUSAL[contactability.reason] ?? 'dialling_stopped');
      const attemptId = this.ids.next();
      const attempt = {
        id: attemptId,
        contactId: contact.id,
        campaignId,
        attemptNumber: 1,
        phoneNumber,
        carrier: this.identity.carrier,
        isTest: true,
      };
      const opened = await this.attempts.open(tx, [attempt], {
        at,
        by: this.environment.WORKER_NAME,
        live: 0,
        limit: 1,
        globalLive: 0,
        globalLimit: 1,
      });
      if (opened.size === 0) throw new DomainError('number_in_call');
      await this.contacts.claim(tx, [{ contact, attemptId, attemptNumber: 1 }], at);
      return { attemptId, contactId: contact.id };
    });
  }
}

const REFUSAL: Record<string, ErrorCode | undefined> = {
  suppressed: 'number_suppressed',
  outside_legal_hours: 'outside_legal_hours',
  unknown_timezone: 'outside_legal_hours',
  number_in_call: 'number_in_call',
};
