import { Injectable } from '@nestjs/common';
import { Campaigns } from '../../campaign/contracts/campaigns.js';
import { Suppressions } from '../../contact/contracts/suppressions.js';
import type { Tx } from '../../shared/db/tx.js';
import { type InterviewCall, Interviews, type InterviewStep } from '../../survey/contracts/interviews.js';
import type { Prompt } from '../../survey/contracts/prompt.js';
import { CallInterviewDecided } from '../contracts/events.js';
import { DialIntents } from '../dial/dial-intent.js';
import { CALL_RANK } from '../domain/call-lifecycle.js';
import { AttemptSettlement } from '../facts/attempt-settlement.js';
import { bind, type LockedCall, progress } from '../facts/call-facts.js';
import { AttemptChange, lockNewerLiveAttempt } from '../rows/attempt-rows.js';
import { storeTurn } from '../rows/call-events.js';
import type { HandleTurnCommand } from './handle-turn.command.js';

/** Rolls the turn back; it is run again by a transaction that holds the dial gate first. */
export class OptOutNeedsGate extends Error {}

/** Leads the interview one turn on and settles what it decides, inside the turn's transaction. */
@Injectable()
export class InterviewTurn {
  constructor(
    private readonly interviews: Interviews,
    private readonly campaigns: Campaigns,
    private readonly suppressions: Suppressions,
    private readonly settlement: AttemptSettlement,
    private readonly intents: DialIntents,
  ) {}

  async apply(
    tx: Tx,
    { contact, attempt }: LockedCall,
    turn: HandleTurnCommand,
    at: Date,
    gateSeen: boolean,
  ): Promise<{ prompt: Prompt; hangUp: string[] }> {
    const change = new AttemptChange(attempt, at).note({ lastFactAt: at, emptyLookups: 0 });
    bind(change, turn.providerCallId);
    if (CALL_RANK[attempt.status] < CALL_RANK.in_progress)
      progress(change, 'in_progress', `turn ${turn.turn}`, at);
    const machine = turn.turn === 0 && (turn.answeredBy === 'machine' || turn.answeredBy === 'fax');
    const { prompt, standing } = machine ? MACHINE : await this.step(tx, { contact, attempt }, turn, at);
    const hangUp: string[] = [];
    if (machine) decided(change, 'machine');
    if (standing.kind === 'no_response' && attempt.status !== 'ended') decided(change, 'no_response');
    const isOpen = contact.state === 'in_progress' || contact.state === 'not_reached';
    if (standing.kind === 'refused') {
      if (standing.neverAgain && !gateSeen) throw new OptOutNeedsGate();
      if (isOpen) {
        await this.settlement.decide(
          tx,
          { contact, change },
          { result: 'refused', neverAgain: standing.neverAgain, at },
        );
      }
      if (standing.neverAgain) await this.suppress(tx, { contact, attempt }, at);
      hangUp.push(...(await this.dropNewer(tx, { contact, attempt }, at)));
    }
    if (isOpen && (await this.isFinished(tx, { contact, attempt }, standing))) {
      // A newer call that is under way goes on; its end finds the interview completed and settles the contact then.
      const newer = await lockNewerLiveAttempt(tx, attempt);
      if (newer === undefined || newer.status === 'claimed') {
        await this.settlement.decide(tx, { contact, change }, { result: 'completed', neverAgain: false, at });
        hangUp.push(...(await this.dropNewer(tx, { contact, attempt }, at)));
      }
    }
    const { attemptId, providerCallId, input } = turn;
    await storeTurn(tx, { attemptId, providerCallId, turn: turn.turn, input, prompt, at });
    await change.write(tx);
    return { prompt, hangUp };
  }

  /** The line is down: what may be left out will not be asked any more. */
  private async isFinished(
    tx: Tx,
    { contact, attempt }: LockedCall,
    { kind }: InterviewStep['standing'],
  ): Promise<boolean> {
    if (kind !== 'open' || attempt.status !== 'ended') return kind === 'completed';
    return (await this.interviews.evidence(tx, contact.id)).isFinished;
  }

  private async step(
    tx: Tx,
    { contact, attempt }: LockedCall,
    turn: HandleTurnCommand,
    at: Date,
  ): Promise<InterviewStep> {
    const campaign = await this.campaigns.read(tx, attempt.campaignId);
    const call: InterviewCall = {
      attemptId: attempt.id,
      contactId: contact.id,
      campaignId: attempt.campaignId,
      surveyId: campaign.surveyId!,
      language: contact.language,
    };
    return turn.turn === 0
      ? this.interviews.begin(tx, call, at)
      : this.interviews.advance(tx, call, turn.input, at);
  }

  private async suppress(tx: Tx, { contact, attempt }: LockedCall, at: Date): Promise<void> {
    const { phoneNumber, campaignId } = attempt;
    await this.suppressions.add(
      tx,
      {
        phoneNumber,
        reason: 'asked never to be called again',
        source: 'opt_out',
        campaignId,
        contactId: contact.id,
        at,
      },
      contact.id,
    );
  }

  /** The contact is settled: an attempt newer than this one is given back, or ended at the carrier. */
  private async dropNewer(tx: Tx, { contact, attempt }: LockedCall, at: Date): Promise<string[]> {
    const newer = await lockNewerLiveAttempt(tx, attempt);
    if (newer === undefined) return [];
    if (newer.status !== 'claimed') {
      await new AttemptChange(newer, at).note({ hangUpAskedAt: at }).write(tx);
      return newer.providerCallId === null ? [] : [newer.providerCallId];
    }
    const settled = { ...contact, state: 'refused' as const };
    await this.intents.unclaim(
      tx,
      { contact: settled, attempt: newer },
      { reason: 'contact_settled', nextAttemptAt: null, final: true, at },
    );
    return [];
  }
}

/** A machine is hung up on without a word; it is never interviewed. */
const MACHINE: InterviewStep = {
  prompt: { say: [], language: 'en-US', listen: null },
  standing: { kind: 'open' },
};

function decided(change: AttemptChange, result: 'machine' | 'no_response'): void {
  if (change.attempt.interviewResult !== null) return;
  change.with({ interviewResult: result }, CallInterviewDecided, { result });
}
