import { Injectable } from '@nestjs/common';
import { Contacts, type LockedContact } from '../../contact/contracts/contacts.js';
import { RetryPlanner } from '../../scheduler/contracts/retry-planner.js';
import type { Tx } from '../../shared/db/tx.js';
import { Interviews } from '../../survey/contracts/interviews.js';
import type { CallOutcome } from '../contracts/call-attempt.js';
import { CallCorrected, CallEnded, CallInterviewDecided } from '../contracts/events.js';
import { type InterviewResult, mayBeCorrected, outcomeByEvidence } from '../domain/call-lifecycle.js';
import { AttemptChange, type AttemptRow } from '../rows/attempt-rows.js';

/** How an attempt's end reaches its contact: in the transaction that ends the attempt, never later. */
@Injectable()
export class AttemptSettlement {
  constructor(
    private readonly contacts: Contacts,
    private readonly planner: RetryPlanner,
    private readonly interviews: Interviews,
  ) {}

  /** Ends an attempt and settles its contact, unless the interview settled it while the line was open. */
  async end(
    tx: Tx,
    locked: { contact: LockedContact; change: AttemptChange },
    end: { outcome: CallOutcome; reason: string | null; at: Date },
  ): Promise<AttemptRow> {
    const { contact, change } = locked;
    const { carrierEnd } = change.attempt;
    const attempt = await change
      .with(
        { status: 'ended', outcome: end.outcome, endedAt: end.at, settleAfter: null, leaseUntil: null },
        CallEnded,
        {
          outcome: end.outcome,
          carrierEnd,
          reason: end.reason,
          isTest: contact.isTest,
        },
      )
      .write(tx);
    // An interview that an earlier call finished late has settled nobody while this one was under way.
    const isFinished = await this.settleFinished(tx, { contact, attempt }, end.at);
    if (!isFinished && contact.state === 'in_progress') {
      await this.settle(tx, contact, {
        outcome: end.outcome,
        attemptId: attempt.id,
        neverAgain: false,
        at: end.at,
      });
    }
    return attempt;
  }

  /** Ends an attempt in which a person answered, by the answers that were stored. */
  async endByEvidence(
    tx: Tx,
    locked: { contact: LockedContact; change: AttemptChange },
    at: Date,
  ): Promise<AttemptRow> {
    const evidence = await this.interviews.evidence(tx, locked.contact.id);
    const { interviewResult, hangUpAskedAt } = locked.change.attempt;
    const outcome = outcomeByEvidence(evidence, interviewResult === 'no_response');
    // We have ended the call ourselves: nobody has hung up on us.
    if (outcome === 'hung_up' && hangUpAskedAt !== null) {
      return this.end(tx, locked, { outcome: 'failed', reason: 'ended by us', at });
    }
    return this.end(tx, locked, { outcome, reason: null, at });
  }

  /** The interview has decided while the line is open, or after it went down: the contact is settled at once. */
  async decide(
    tx: Tx,
    locked: { contact: LockedContact; change: AttemptChange },
    decision: { result: Extract<InterviewResult, 'completed' | 'refused'>; neverAgain: boolean; at: Date },
  ): Promise<void> {
    const { contact, change } = locked;
    const before = change.attempt;
    if (before.status === 'ended') {
      if (mayBeCorrected(before.outcome!, before.correctedFrom !== null)) {
        change.with({ outcome: decision.result, correctedFrom: before.outcome }, CallCorrected, {
          from: before.outcome!,
          to: decision.result,
        });
      }
    } else {
      change.with({ interviewResult: decision.result }, CallInterviewDecided, { result: decision.result });
    }
    await this.settle(tx, contact, { ...decision, outcome: decision.result, attemptId: before.id });
  }

  /**
   * Settles as completed whoever has answered all that is required, also who was taken out in a call; false: nobody was
   * settled.
   */
  async settleFinished(
    tx: Tx,
    { contact, attempt }: { contact: LockedContact; attempt: AttemptRow },
    at: Date,
  ): Promise<boolean> {
    if (contact.state !== 'in_progress' && contact.state !== 'not_reached') return false;
    const { isFinished } = await this.interviews.evidence(tx, contact.id);
    if (!isFinished) return false;
    await this.settle(tx, contact, { outcome: 'completed', attemptId: attempt.id, neverAgain: false, at });
    return true;
  }

  private async settle(
    tx: Tx,
    contact: LockedContact,
    end: { outcome: CallOutcome; neverAgain: boolean; attemptId: string; at: Date },
  ): Promise<void> {
    const plan = await this.planner.plan(tx, { ...end, contactId: contact.id });
    await this.contacts.settle(tx, contact, { ...plan, attemptId: end.attemptId, at: end.at });
  }
}
