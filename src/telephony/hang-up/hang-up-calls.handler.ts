import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiDatabase } from '../../shared/db/database.js';
import { HangUpCallsCommand } from '../contracts/commands.js';
import { TelephonyPort } from '../telephony-port.js';

const CONCURRENCY = 8;

/**
 * Asks the carrier to end what it knows of. The facts come back as callbacks like any other end; a call whose id is
 * not known yet cannot be ended here.
 */
@CommandHandler(HangUpCallsCommand)
export class HangUpCallsHandler implements ICommandHandler<HangUpCallsCommand> {
  constructor(
    private readonly database: ApiDatabase,
    private readonly port: TelephonyPort,
  ) {}

  async execute({ which }: HangUpCallsCommand): Promise<{ asked: number }> {
    const [condition, parameters] = conditionOf(which);
    const calls = await this.database.rows<{ id: string }>(
      `SELECT provider_call_id AS id FROM call_attempts
        WHERE status <> 'ended' AND provider_call_id IS NOT NULL AND carrier_ended_at IS NULL AND ${condition}`,
      parameters,
    );
    const asked = calls.length;
    while (calls.length > 0)
      await Promise.all(calls.splice(0, CONCURRENCY).map(({ id }) => this.port.end(id)));
    return { asked };
  }
}

function conditionOf(which: HangUpCallsCommand['which']): [string, unknown[]] {
  if (which === 'all') return ['true', []];
  if ('campaignId' in which) return ['campaign_id = $1', [which.campaignId]];
  if ('contactId' in which) return ['contact_id = $1', [which.contactId]];
  return ['phone_number = $1', [which.phoneNumber]];
}
