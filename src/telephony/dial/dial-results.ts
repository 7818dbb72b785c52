import { Injectable } from '@nestjs/common';
import { Clock } from '../../shared/clock/clock.js';
import { DiallingDatabase } from '../../shared/db/database.js';
import type { Tx } from '../../shared/db/tx.js';
import { CallRequeued, CallResultUnknown } from '../contracts/events.js';
import { requeueDelayMs } from '../domain/recovery-plan.js';
import { AttemptSettlement } from '../facts/attempt-settlement.js';
import { belongs, bind, CallFacts, isUnwanted, type LockedCall } from '../facts/call-facts.js';
import { AttemptChange } from '../rows/attempt-rows.js';
import { type PlaceResult, TelephonyPort } from '../telephony-port.js';
import { CarrierCircuit } from './carrier-circuit.js';
import { DialIntents } from './dial-intent.js';

/** An unreachable carrier opens the circuit after this many offers of one attempt. */
const OFFERS_BEFORE_CIRCUIT = 3;

/**
 * Writes what became of a create request. Fenced by the offer it belongs to: a worker that was frozen between the
 * commit and its answer finds the attempt moved on and changes nothing.
 */
@Injectable()
export class DialResults {
  constructor(
    private readonly database: DiallingDatabase,
    private readonly clock: Clock,
    private readonly facts: CallFacts,
    private readonly settlement: AttemptSettlement,
    private readonly circuit: CarrierCircuit,
    private readonly port: TelephonyPort,
    private readonly intents: DialIntents,
  ) {}

  /** Returns how long to wait before the attempt is offered again, or null when it is not. */
  async record(attemptId: string, offer: number, result: PlaceResult): Promise<number | null> {
    const { waitMs, late } = await this.database.transaction(async (tx) => {
      const call = await this.facts.lock(tx, attemptId);
      if (call === undefined) return { waitMs: null, late: result.kind === 'accepted' };
      const at = await this.clock.now(tx);
      if (result.kind === 'accepted')
        return { waitMs: null, late: await this.accept(tx, call, result.providerCallId, at) };
      const { attempt } = call;
      // A callback has named the call meanwhile, or recovery has taken over: the carrier's word counts, not ours.
      const same =
        attempt.status === 'dialing' && attempt.offers === offer && attempt.providerCallId === null;
      // What recovery has called unknown meanwhile may still turn out as certainly refused, but is never sent again.
      const known = result.kind === 'rejected' && !isOurs(result.cause);
      if (!same || (attempt.dialResult !== null && !known)) return { waitMs: null, late: false };
      return { waitMs: await this.refuse(tx, call, result, at), late: false };
    });
    if (late && result.kind === 'accepted') await this.port.end(result.providerCallId);
    return waitMs;
  }

  /** True when the call is to be ended: it belongs to nobody, or nobody wants it any more. */
  private async accept(tx: Tx, call: LockedCall, providerCallId: string, at: Date): Promise<boolean> {
    const { attempt } = call;
    if (!belongs(attempt, providerCallId)) {
      await this.facts.recordLate(tx, attempt, { providerCallId, saw: 'accepted', source: 'create', at });
      return true;
    }
    const change = new AttemptChange(attempt, at);
    bind(change, providerCallId);
    if (change.attempt.lastFactAt === null) change.note({ lastFactAt: at });
    await change.write(tx);
    return isUnwanted(call);
  }

  private async refuse(
    tx: Tx,
    { attempt, contact }: LockedCall,
    result: Exclude<PlaceResult, { kind: 'accepted' }>,
    at: Date,
  ): Promise<number | null> {
    const change = new AttemptChange(attempt, at);
    if (result.kind === 'unknown') {
      await change.with({ dialResult: 'unknown' }, CallResultUnknown, { reason: result.reason }).write(tx);
      return null;
    }
    if (result.kind === 'rejected' && !isOurs(result.cause)) {
      const outcome = result.cause === 'unreachable' ? 'failed' : 'not_placed';
      change.note({ errorCode: result.code });
      await this.settlement.end(tx, { contact, change }, { outcome, reason: result.code, at });
      return null;
    }
    const reason = result.kind === 'rejected' ? `${result.cause} ${result.code}` : result.reason;
    const waitMs = requeueDelayMs(attempt.offers);
    const notBefore = new Date(at.getTime() + waitMs);
    await change
      .with({ status: 'claimed', notBefore, dialSlotAt: null, dialingAt: null }, CallRequeued, {
        reason,
        notBefore,
      })
      .write(tx);
    const isFinished = await this.dropIfFinished(tx, { attempt: change.attempt, contact }, at);
    const unreachable = result.kind === 'not_sent' && attempt.offers >= OFFERS_BEFORE_CIRCUIT;
    if (result.kind === 'rejected' || unreachable) {
      const callerId = result.kind === 'rejected' && result.cause === 'caller_id' ? attempt.callerId : null;
      await this.circuit.open(tx, { callerId, reason, at });
    }
    return isFinished ? null : waitMs;
  }

  /** Whoever has finished an earlier call while this one was offered is not rung for it again. */
  private async dropIfFinished(tx: Tx, call: LockedCall, at: Date): Promise<boolean> {
    const isFinished = await this.settlement.settleFinished(tx, call, at);
    if (isFinished) {
      const settled = { attempt: call.attempt, contact: { ...call.contact, state: 'completed' as const } };
      await this.intents.unclaim(tx, settled, {
        reason: 'contact_settled',
        nextAttemptAt: null,
        final: true,
        at,
      });
    }
    return isFinished;
  }

  /** The moment was missed (a frozen worker): nothing was sent, so the attempt is claimed as before. */
  async missed(attemptId: string, offer: number): Promise<number | null> {
    return this.record(attemptId, offer, { kind: 'throttled', reason: 'missed its slot' });
  }
}

/** Our account or our number, not the person's: nobody's attempt counts. */
function isOurs(cause: string): boolean {
  return cause === 'configuration' || cause === 'caller_id';
}
