import { Injectable } from '@nestjs/common';
import type { LockedContact } from '../../contact/contracts/contacts.js';
import { Contacts } from '../../contact/contracts/contacts.js';
import { sqlState } from '../../shared/db/database.js';
import type { Tx } from '../../shared/db/tx.js';
import { Environment } from '../../shared/environment/environment.js';
import { CallAccepted, CallHungUp, CallLate, CallProgressed } from '../contracts/events.js';
import { effectOf } from '../domain/call-lifecycle.js';
import {
  AttemptChange,
  type AttemptRow,
  contactOfAttempt,
  numberOfAttempt,
  isBoundElsewhere,
  lockAttempt,
} from '../rows/attempt-rows.js';
import { type FactSource, storeLateCallOnce, storeSignalOnce } from '../rows/call-events.js';
import type { CarrierSignal } from '../telephony-port.js';
import { AttemptSettlement } from './attempt-settlement.js';

export interface LockedCall {
  contact: LockedContact;
  attempt: AttemptRow;
}

/**
 * `late` and `unwanted`: the call should not be, or not any more; it is ended at the carrier after the commit.
 * `unknown_attempt`: there is none, or the call is another's; nothing is stored and nothing ended.
 */
export type FactResult = 'applied' | 'unwanted' | 'duplicate' | 'late' | 'unknown_attempt';

/** A fact about a call and its effect, inside the caller's transaction: locked, stored once, bound, applied by rank. */
@Injectable()
export class CallFacts {
  constructor(
    private readonly contacts: Contacts,
    private readonly settlement: AttemptSettlement,
    private readonly environment: Environment,
  ) {}

  /** Contact first, then attempt: the lock order of every effect. */
  async lock(tx: Tx, attemptId: string): Promise<LockedCall | undefined> {
    const contactId = await contactOfAttempt(tx, attemptId);
    if (contactId === undefined) return undefined;
    const contact = await this.contacts.lock(tx, contactId);
    const attempt = await lockAttempt(tx, attemptId);
    return attempt === undefined ? undefined : { contact, attempt };
  }

  /** As `lock`, and all contacts with the same number before it: an opt-out takes them out too. */
  async lockWithNamesakes(tx: Tx, attemptId: string): Promise<LockedCall | undefined> {
    const phoneNumber = await numberOfAttempt(tx, attemptId);
    if (phoneNumber === undefined) return undefined;
    await this.contacts.lockNamesakes(tx, [phoneNumber]);
    return this.lock(tx, attemptId);
  }

  async apply(
    tx: Tx,
    fact: { attemptId: string; providerCallId: string; signal: CarrierSignal; source: FactSource; at: Date },
  ): Promise<FactResult> {
    const call = await this.lock(tx, fact.attemptId);
    if (call === undefined) return 'unknown_attempt';
    const { providerCallId, signal, at } = fact;
    if (await isBoundElsewhere(tx, call.attempt, providerCallId)) return 'unknown_attempt';
    if (!belongs(call.attempt, providerCallId)) {
      await this.recordLate(tx, call.attempt, { ...fact, saw: signal.kind });
      // An ended call needs no ending.
      return isTerminal(signal) ? 'duplicate' : 'late';
    }
    if (!(await storeSignalOnce(tx, fact))) return 'duplicate';
    const change = new AttemptChange(call.attempt, at).note({ lastFactAt: at, emptyLookups: 0 });
    bind(change, providerCallId);
    await this.applyEffect(tx, call.contact, change, signal, at);
    return !isTerminal(signal) && isUnwanted(call) ? 'unwanted' : 'applied';
  }

  private async applyEffect(
    tx: Tx,
    contact: LockedContact,
    change: AttemptChange,
    signal: CarrierSignal,
    at: Date,
  ): Promise<void> {
    const effect = effectOf(change.attempt, signal);
    if (effect.kind === 'end' || effect.kind === 'hold' || effect.kind === 'end_by_evidence') {
      change.note({ carrierEnd: signal.kind, carrierEndedAt: at, errorCode: signal.errorCode });
    }
    switch (effect.kind) {
      case 'none':
        // Heard after the end, while the settlement is held back: somebody has answered all the same.
        if (signal.kind === 'answered' && isHeld(change.attempt)) change.note({ answeredAt: at });
        await change.write(tx);
        return;
      case 'progress':
        progress(change, effect.to, signal.kind, at);
        await change.write(tx);
        return;
      case 'end':
        await this.settlement.end(tx, { contact, change }, { outcome: effect.outcome, reason: null, at });
        return;
      case 'end_by_evidence':
        await this.settlement.endByEvidence(tx, { contact, change }, at);
        return;
      case 'hold': {
        const settleAfter = new Date(at.getTime() + this.environment.SETTLE_DELAY_MS);
        await change.with({ settleAfter }, CallHungUp, { carrierEnd: signal.kind, settleAfter }).write(tx);
      }
    }
  }

  async recordLate(
    tx: Tx,
    attempt: AttemptRow,
    late: { providerCallId: string; saw: string; source: FactSource; at: Date },
  ): Promise<void> {
    if (!(await storeLateCallOnce(tx, { ...late, attemptId: attempt.id }))) return;
    await new AttemptChange(attempt, late.at)
      .with({}, CallLate, { providerCallId: late.providerCallId, saw: late.saw })
      .write(tx);
  }
}

/** An unbound attempt that is still open takes the first call that names it; otherwise only the bound call counts. */
export function belongs(attempt: AttemptRow, providerCallId: string): boolean {
  if (attempt.providerCallId !== null) return attempt.providerCallId === providerCallId;
  return attempt.status !== 'ended' && attempt.status !== 'claimed';
}

/** Binds an attempt to its call: whoever names the call first, the create response or a callback. */
export function bind(change: AttemptChange, providerCallId: string): void {
  if (change.attempt.providerCallId !== null) return;
  change.with({ providerCallId, dialResult: 'accepted' }, CallAccepted, { providerCallId });
}

const UNIQUE_VIOLATION = '23505';

/**
 * Runs a transaction that may bind a call once more when another has bound the same call meanwhile: the second time it
 * finds the binding. Only a call that is named for two attempts comes here.
 */
export async function againIfBoundMeanwhile<T>(work: () => Promise<T>): Promise<T> {
  return work().catch((error: unknown) => {
    if (sqlState(error) === UNIQUE_VIOLATION) return work();
    throw error;
  });
}

export function progress(change: AttemptChange, to: AttemptRow['status'], signal: string, at: Date): void {
  const from = change.attempt.status;
  const answered = to === 'in_progress' ? { answeredAt: at } : {};
  change.with({ status: to, ...answered }, CallProgressed, { from, to, signal });
}

/** Somebody asked us to end the call, or the contact was settled without it: suppressed, withdrawn. */
export function isUnwanted({ contact, attempt }: LockedCall): boolean {
  if (attempt.status === 'ended') return false;
  return (
    attempt.hangUpAskedAt !== null || (contact.state !== 'in_progress' && attempt.interviewResult === null)
  );
}

function isHeld({ status, carrierEnd, answeredAt }: AttemptRow): boolean {
  return status !== 'ended' && carrierEnd !== null && answeredAt === null;
}

export function isTerminal(signal: CarrierSignal): boolean {
  return ['completed', 'busy', 'no_answer', 'failed', 'canceled'].includes(signal.kind);
}
