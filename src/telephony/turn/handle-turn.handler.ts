import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { sqlState, WebhookDatabase } from '../../shared/db/database.js';
import { holdDialGate } from '../../shared/db/locks.js';
import type { Tx } from '../../shared/db/tx.js';
import type { Prompt } from '../../survey/contracts/prompt.js';
import {
  againIfBoundMeanwhile,
  belongs,
  CallFacts,
  isUnwanted,
  type LockedCall,
} from '../facts/call-facts.js';
import { isBoundElsewhere } from '../rows/attempt-rows.js';
import { turnsOf } from '../rows/call-events.js';
import { TelephonyPort } from '../telephony-port.js';
import { HandleTurnCommand, type TurnReply } from './handle-turn.command.js';
import { InterviewTurn, OptOutNeedsGate } from './interview-turn.js';

/** Short enough that the turn is still answered in time without the gate. */
const GATE_WAIT_MS = 1_500;
const LOCK_NOT_AVAILABLE = '55P03';

/** Says nothing and hangs up. */
const HANG_UP: Prompt = { say: [], language: 'en-US', listen: null };

interface TurnOutcome extends TurnReply {
  /** Calls to end at the carrier once the transaction is committed. */
  hangUp: string[];
}

/**
 * One transaction per turn: the answer, the settlement it may bring and the next prompt are committed before the prompt
 * leaves. A repeated turn finds its prompt stored and stores nothing. A turn that turns out to be an opt-out starts
 * over holding the dial gate, because the gate comes before the rows, and locks all contacts of its number in one order.
 */
@CommandHandler(HandleTurnCommand)
export class HandleTurnHandler implements ICommandHandler<HandleTurnCommand> {
  constructor(
    private readonly database: WebhookDatabase,
    private readonly clock: Clock,
    private readonly facts: CallFacts,
    private readonly interviewTurn: InterviewTurn,
    private readonly port: TelephonyPort,
  ) {}

  async execute(command: HandleTurnCommand): Promise<TurnReply> {
    const outcome = await againIfBoundMeanwhile(() => this.run(command, 'not yet')).catch(
      (error: unknown) => {
        if (error instanceof OptOutNeedsGate) return this.optOut(command);
        throw error;
      },
    );
    // The person is answered first; ending a call never fails, it only may not succeed.
    for (const providerCallId of outcome.hangUp) void this.port.end(providerCallId);
    return { prompt: outcome.prompt, result: outcome.result };
  }

  /** The gate may be busy for longer than a person waits: the opt-out is then stored without it rather than not at all. */
  private async optOut(command: HandleTurnCommand): Promise<TurnOutcome> {
    const run = (gate: 'held' | 'unavailable') => againIfBoundMeanwhile(() => this.run(command, gate));
    return run('held').catch((error: unknown) => {
      if (sqlState(error) === LOCK_NOT_AVAILABLE) return run('unavailable');
      throw error;
    });
  }

  private async run(
    command: HandleTurnCommand,
    gate: 'not yet' | 'held' | 'unavailable',
  ): Promise<TurnOutcome> {
    const limits = gate === 'held' ? { lockMs: GATE_WAIT_MS } : {};
    return this.database.transaction(
      async (tx) => {
        if (gate === 'held') await holdDialGate(tx);
        const { attemptId } = command;
        const call =
          gate === 'not yet'
            ? await this.facts.lock(tx, attemptId)
            : await this.facts.lockWithNamesakes(tx, attemptId);
        if (call === undefined || (await isBoundElsewhere(tx, call.attempt, command.providerCallId)))
          return { prompt: HANG_UP, result: 'unknown_attempt', hangUp: [] };
        if (!belongs(call.attempt, command.providerCallId)) return this.late(tx, call, command);
        const { served, count } = await turnsOf(tx, command.attemptId, command.turn);
        if (served !== null) return { prompt: served, result: 'replayed', hangUp: [] };
        // Turns come one after another; anything else was not asked by us.
        if (command.turn !== count) return { prompt: HANG_UP, result: 'out_of_turn', hangUp: [] };
        const mustNotBegin = call.attempt.status === 'ended' || isUnwanted(call);
        if (command.turn === 0 && mustNotBegin) return this.late(tx, call, command);
        const at = await this.clock.now(tx);
        const { prompt, hangUp } = await this.interviewTurn.apply(tx, call, command, at, gate !== 'not yet');
        return { prompt, result: 'applied', hangUp };
      },
      { limits },
    );
  }

  /** An ended attempt, or not its call: a polite end, never an interview. */
  private async late(tx: Tx, call: LockedCall, command: HandleTurnCommand): Promise<TurnOutcome> {
    const { providerCallId } = command;
    const at = await this.clock.now(tx);
    await this.facts.recordLate(tx, call.attempt, {
      providerCallId,
      saw: `turn ${command.turn}`,
      source: 'webhook',
      at,
    });
    return { prompt: HANG_UP, result: 'late', hangUp: [providerCallId] };
  }
}
