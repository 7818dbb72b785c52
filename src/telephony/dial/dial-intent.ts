import { Injectable } from '@nestjs/common';
import { Contacts } from '../../contact/contracts/contacts.js';
import { DialPermission } from '../../scheduler/contracts/dial-permission.js';
import { Clock } from '../../shared/clock/clock.js';
import { Stopwatch } from '../../shared/clock/stopwatch.js';
import { DiallingDatabase } from '../../shared/db/database.js';
import { passDialGate } from '../../shared/db/locks.js';
import type { Tx } from '../../shared/db/tx.js';
import { Turnstile } from '../../shared/ticking/turnstile.js';
import { CarrierIdentity } from '../contracts/call-attempt.js';
import { CallDialing, CallEnded } from '../contracts/events.js';
import { CallFacts, type LockedCall } from '../facts/call-facts.js';
import { AttemptChange } from '../rows/attempt-rows.js';
import type { CallRequest } from '../telephony-port.js';
import { LONGEST_SLOT_WAIT_MS, reserveDialSlot } from './dial-slots.js';
import type { DialLane } from './place-call.command.js';

/** Dial transactions at once in one process. They queue for the slot row anyway; more of them would only hold connections. */
const AT_ONCE = 3;
/** When an un-claimed contact is due again if the refusal names no instant: never in the tick that claimed it. */
const RECLAIM_MS = 2_000;

export type DialIntent =
  | { kind: 'passed_over' }
  | { kind: 'canceled'; reason: string }
  | { kind: 'wait'; waitMs: number; lane: DialLane }
  /** The intent is committed; `stampedAt` is this process's monotonic time, `slotInMs` counts from it. */
  | { kind: 'dial'; request: CallRequest; offer: number; stampedAt: number; slotInMs: number };

/** The transaction before a dial: everything that could forbid the call is read again behind the dial gate. */
@Injectable()
export class DialIntents {
  private readonly turnstile = new Turnstile(AT_ONCE);

  constructor(
    private readonly database: DiallingDatabase,
    private readonly clock: Clock,
    private readonly facts: CallFacts,
    private readonly contacts: Contacts,
    private readonly permission: DialPermission,
    private readonly identity: CarrierIdentity,
    private readonly stopwatch: Stopwatch,
  ) {}

  /** Commits the intent to dial, or un-claims the attempt. When this fails nothing was offered to anybody. */
  async commit(attemptId: string): Promise<DialIntent> {
    return this.turnstile.pass(() => this.intend(attemptId));
  }

  private async intend(attemptId: string): Promise<DialIntent> {
    return this.database.transaction(async (tx) => {
      await passDialGate(tx);
      const call = await this.facts.lock(tx, attemptId);
      if (call === undefined || call.attempt.status !== 'claimed') return { kind: 'passed_over' };
      const at = await this.clock.now(tx);
      const { attempt, contact } = call;
      if (attempt.notBefore !== null && attempt.notBefore > at) {
        return { kind: 'wait', waitMs: attempt.notBefore.getTime() - at.getTime(), lane: 'attempt' };
      }
      if (attempt.carrier !== this.identity.carrier) return { kind: 'passed_over' };
      const permit = await this.permission.ask(tx, { contactId: contact.id, attemptId, at });
      if (!permit.contactability.permitted) {
        const { reason, nextPermittedAt, final } = permit.contactability;
        await this.unclaim(tx, call, { reason, nextAttemptAt: nextPermittedAt, final, at });
        return { kind: 'canceled', reason };
      }
      if (permit.callerId === null || contact.state !== 'in_progress') {
        const reason = permit.callerId === null ? 'no_caller_id' : 'contact_settled';
        await this.unclaim(tx, call, { reason, nextAttemptAt: null, final: false, at });
        return { kind: 'canceled', reason };
      }
      const pace = { account: attempt.carrier, campaignId: attempt.campaignId, ...permit };
      const slot = await reserveDialSlot(tx, pace, { clock: this.clock, stopwatch: this.stopwatch });
      const slotInMs = slot.slotAt.getTime() - slot.at.getTime();
      if (!slot.reserved) return { kind: 'wait', waitMs: slotInMs - LONGEST_SLOT_WAIT_MS, lane: slot.lane };
      if (!contact.isTest && (await this.permission.limitReached(tx, attempt.campaignId))) {
        const refusal = { reason: 'limit_reached', nextAttemptAt: null, final: false, at: slot.at };
        await this.unclaim(tx, call, refusal);
        return { kind: 'canceled', reason: 'limit_reached' };
      }
      const offer = attempt.offers + 1;
      await new AttemptChange(attempt, slot.at)
        .with(
          {
            status: 'dialing',
            dialingAt: slot.at,
            dialSlotAt: slot.slotAt,
            ringSeconds: permit.ringSeconds,
            callSeconds: permit.callSeconds,
            offers: offer,
            callerId: permit.callerId,
            notBefore: null,
            leaseUntil: null,
            // It was for an earlier offer, which never became a call; whatever forbids this one was read above.
            hangUpAskedAt: null,
          },
          CallDialing,
          { slotAt: slot.slotAt, offer },
        )
        .write(tx);
      const { ringSeconds, callSeconds, detectMachines } = permit;
      const request = {
        attemptId,
        to: attempt.phoneNumber,
        from: permit.callerId,
        ringSeconds,
        callSeconds,
        detectMachines,
      };
      return { kind: 'dial', request, offer, stampedAt: slot.stampedAt, slotInMs };
    });
  }

  /** Gives an attempt back that was never offered: it ends `canceled`, the contact returns to its state before. */
  async unclaim(
    tx: Tx,
    { attempt, contact }: LockedCall,
    refusal: { reason: string; nextAttemptAt: Date | null; final: boolean; at: Date },
  ): Promise<void> {
    const { reason, at } = refusal;
    await new AttemptChange(attempt, at)
      .with({ status: 'ended', outcome: 'canceled', endedAt: at, leaseUntil: null }, CallEnded, {
        outcome: 'canceled',
        carrierEnd: null,
        reason,
        isTest: contact.isTest,
      })
      .write(tx);
    if (contact.state !== 'in_progress') return;
    if (contact.isTest) {
      await this.contacts.settle(tx, contact, {
        state: 'not_reached',
        disposition: 'campaign_over',
        nextAttemptAt: null,
        attemptId: attempt.id,
        at,
      });
      return;
    }
    const nextAttemptAt = refusal.nextAttemptAt ?? new Date(at.getTime() + RECLAIM_MS);
    await this.contacts.releaseClaimed(tx, contact, { nextAttemptAt, attemptId: attempt.id, reason, at });
    if (refusal.final) {
      const disposition =
        reason === 'suppressed'
          ? 'suppressed'
          : reason === 'unknown_timezone'
            ? 'unknown_timezone'
            : reason === 'attempts_exhausted'
              ? 'exhausted'
              : 'campaign_over';
      await this.contacts.dismiss(tx, [{ contactId: contact.id, disposition }], at);
    }
  }
}
