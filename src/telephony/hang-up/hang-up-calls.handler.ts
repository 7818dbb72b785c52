import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import { HangUpCallsCommand } from '../contracts/commands.js';
import { CallFacts } from '../facts/call-facts.js';
import { AttemptChange } from '../rows/attempt-rows.js';
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
    private readonly facts: CallFacts,
    private readonly port: TelephonyPort,
  ) {}

  async execute({ which }: HangUpCallsCommand): Promise<{ asked: number }> {
    const [condition, parameters] = conditionOf(which);
    const live = await this.database.rows<{ id: string; providerCallId: string | null }>(
      `SELECT id, provider_call_id AS "providerCallId" FROM call_attempts
        WHERE status IN ('dialing', 'ringing', 'in_progress') AND carrier_ended_at IS NULL AND ${condition} ORDER BY contact_id`,
      parameters,
    );
    for (const { id } of live) await this.note(id);
    const calls = live.flatMap(({ providerCallId }) => (providerCallId === null ? [] : [providerCallId]));
    const asked = calls.length;
    while (calls.length > 0) await Promise.all(calls.splice(0, CONCURRENCY).map((id) => this.port.end(id)));
    return { asked };
  }

  private async note(attemptId: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const call = await this.facts.lock(tx, attemptId);
      if (call === undefined || call.attempt.status === 'ended') return;
      const at = await this.clock.now(tx);
      await new AttemptChange(call.attempt, at).note({ hangUpAskedAt: at }).write(tx);
    });
  }
}

function conditionOf(which: HangUpCallsCommand['which']): [string, unknown[]] {
  if (which === 'all') return ['true', []];
  if ('campaignId' in which) return ['campaign_id = $1', [which.campaignId]];
  if ('contactId' in which) return ['contact_id = $1', [which.contactId]];
  return ['phone_number = $1', [which.phoneNumber]];
}
