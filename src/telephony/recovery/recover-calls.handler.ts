import { Logger } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { DiallingDatabase } from '../../shared/db/database.js';
import type { Tx } from '../../shared/db/tx.js';
import { Environment } from '../../shared/environment/environment.js';
import { CarrierIdentity } from '../contracts/call-attempt.js';
import { CallResultUnknown } from '../contracts/events.js';
import { AttemptSettlement } from '../facts/attempt-settlement.js';
import { CallFacts, type LockedCall } from '../facts/call-facts.js';
import { AttemptChange } from '../rows/attempt-rows.js';
import { RecoverCallsCommand, type RecoveryReport } from './recover-calls.command.js';
import { leaseStranded, OURS } from './stranded-attempts.js';

/**
 * Restart and tick are the same: rows say what is unfinished. Nothing is ever dialled again but what was never offered;
 * every step is fenced and may be repeated, and one attempt that fails keeps nobody else from being taken up.
 */
@CommandHandler(RecoverCallsCommand)
export class RecoverCallsHandler implements ICommandHandler<RecoverCallsCommand> {
  private readonly log = new Logger('Recovery');

  constructor(
    private readonly database: DiallingDatabase,
    private readonly clock: Clock,
    private readonly environment: Environment,
    private readonly identity: CarrierIdentity,
    private readonly facts: CallFacts,
    private readonly settlement: AttemptSettlement,
  ) {}

  async execute(): Promise<RecoveryReport> {
    const at = await this.clock.now();
    const stranded = await leaseStranded(this.database, this.identity.carrier, at, this.environment, OURS);
    const failures: unknown[] = [];
    for (const { id, kind } of stranded) {
      if (kind === 'claimed') continue;
      const step = kind === 'held' ? this.settleHeld(id) : this.giveUpWaiting(id);
      await step.catch((error: unknown) => failures.push(error));
    }
    const toDial = stranded.filter(({ kind }) => kind === 'claimed');
    // Leased: whatever failed is tried again when the lease is over. The others were not held up.
    if (failures.length > 0)
      this.log.error(new AggregateError(failures, `${failures.length} attempts not recovered`));
    return { toDial };
  }

  /** The time for late turns is over: the answers decide. */
  private async settleHeld(attemptId: string): Promise<void> {
    await this.withLocked(attemptId, async (tx, { contact, attempt }, at) => {
      if (attempt.status === 'ended' || attempt.settleAfter === null || attempt.settleAfter > at) return;
      const change = new AttemptChange(attempt, at);
      const { interviewResult } = attempt;
      if (interviewResult === null || interviewResult === 'no_response') {
        await this.settlement.endByEvidence(tx, { contact, change }, at);
      } else {
        await this.settlement.end(tx, { contact, change }, { outcome: interviewResult, reason: null, at });
      }
    });
  }

  /** The create request was never answered, or its worker is gone: from here on its result is unknown. */
  private async giveUpWaiting(attemptId: string): Promise<void> {
    await this.withLocked(attemptId, async (tx, { attempt }, at) => {
      if (attempt.status !== 'dialing' || attempt.dialResult !== null || attempt.providerCallId !== null)
        return;
      await new AttemptChange(attempt, at)
        .with({ dialResult: 'unknown', leaseUntil: null }, CallResultUnknown, {
          reason: 'no answer to the create request',
        })
        .write(tx);
    });
  }

  private async withLocked(
    attemptId: string,
    work: (tx: Tx, call: LockedCall, at: Date) => Promise<void>,
  ): Promise<void> {
    await this.database.transaction(async (tx) => {
      const call = await this.facts.lock(tx, attemptId);
      if (call !== undefined) await work(tx, call, await this.clock.now(tx));
    });
  }
}
