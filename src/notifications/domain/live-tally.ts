import type { CallOutcome } from '../../telephony/contracts/call-attempt.js';

/** What the live line is made of; each is told by one event. */
export type LiveFact =
  | { kind: 'claimed'; attemptId: string; contactId: string }
  | { kind: 'offered'; attemptId: string; offer: number }
  /** The line is down, the outcome still open. */
  | { kind: 'hung_up'; attemptId: string }
  | { kind: 'ended'; attemptId: string; outcome: CallOutcome }
  | { kind: 'corrected'; from: CallOutcome; to: CallOutcome }
  | { kind: 'settled'; contactId: string; retry: boolean };

/** A running count of calls, kept from events; a process that starts later counts from there on. */
export class LiveTally {
  private calls = 0;
  private readonly live = new Set<string>();
  private readonly waiting = new Set<string>();
  private readonly outcomes = new Map<CallOutcome, number>();

  add(fact: LiveFact): void {
    switch (fact.kind) {
      case 'claimed':
        this.live.add(fact.attemptId);
        this.waiting.delete(fact.contactId);
        return;
      case 'offered':
        // An offer that the carrier certainly did not take is made again: still one call.
        if (fact.offer === 1) this.calls++;
        return;
      case 'hung_up':
        this.live.delete(fact.attemptId);
        return;
      case 'ended':
        this.live.delete(fact.attemptId);
        this.count(fact.outcome, 1);
        return;
      case 'corrected':
        this.count(fact.from, -1);
        this.count(fact.to, 1);
        return;
      case 'settled':
        if (fact.retry) this.waiting.add(fact.contactId);
        else this.waiting.delete(fact.contactId);
    }
  }

  line(): string {
    const said = (...parts: [name: string, count: number][]) =>
      parts.map(([name, count]) => `${name} ${count}`).join(' ');
    const brokeOff = this.of('hung_up', 'partial', 'no_response');
    const unplaced = this.of('failed', 'not_placed', 'lost');
    return [
      said(['calls', this.calls], ['live', this.live.size]),
      said(['completed', this.of('completed')], ['refused', this.of('refused')], ['broke off', brokeOff]),
      said(
        ['busy', this.of('busy')],
        ['no answer', this.of('no_answer')],
        ['machine', this.of('machine')],
        ['failed', unplaced],
      ),
      said(['waiting for retry', this.waiting.size]),
    ].join(' | ');
  }

  private count(outcome: CallOutcome, change: 1 | -1): void {
    this.outcomes.set(outcome, Math.max(0, (this.outcomes.get(outcome) ?? 0) + change));
  }

  private of(...outcomes: CallOutcome[]): number {
    return outcomes.reduce((sum, outcome) => sum + (this.outcomes.get(outcome) ?? 0), 0);
  }
}
