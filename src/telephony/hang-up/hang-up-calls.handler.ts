import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import { HangUpCallsCommand } from '../contracts/commands.js';
import { TelephonyPort } from '../telephony-port.js';

const CONCURRENCY = 8;

/**
 * Asks the carrier to end what it knows of, after noting it on every live attempt: a call whose id is not known yet is
 * ended as soon as it is. The facts come back as callbacks like any other end.
 */
@CommandHandler(HangUpCallsCommand)
export class HangUpCallsHandler implements ICommandHandler<HangUpCallsCommand> {
  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
    private readonly port: TelephonyPort,
  ) {}

  async execute({ which }: HangUpCallsCommand): Promise<{ asked: number }> {
    const [condition, parameters] = conditionOf(which);
    const noted = await this.database.transaction(async (tx) =>
      tx.rows<{ id: string | null }>(
        `WITH live AS MATERIALIZED (
           SELECT id FROM call_attempts
            WHERE status IN ('dialing', 'ringing', 'in_progress') AND carrier_ended_at IS NULL AND ${condition}
            ORDER BY id FOR UPDATE)
         UPDATE call_attempts a SET hang_up_asked_at = $1 FROM live WHERE a.id = live.id
         RETURNING a.provider_call_id AS id`,
        [await this.clock.now(tx), ...parameters],
      ),
    );
    const calls = noted.flatMap(({ id }) => (id === null ? [] : [id]));
    const asked = calls.length;
    while (calls.length > 0) await Promise.all(calls.splice(0, CONCURRENCY).map((id) => this.port.end(id)));
    return { asked };
  }
}

function conditionOf(which: HangUpCallsCommand['which']): [string, unknown[]] {
  if (which === 'all') return ['true', []];
  if ('campaignId' in which) return ['campaign_id = $2', [which.campaignId]];
  if ('contactId' in which) return ['contact_id = $2', [which.contactId]];
  return ['phone_number = $2', [which.phoneNumber]];
}
