import type { DomainEvent, EventSource } from '../../shared/event-log/domain-event.js';
import { AnswerRecorded, ConsentGiven, InterviewCompleted, InterviewRefused } from '../contracts/events.js';
import type { InterviewCall } from '../contracts/interviews.js';
import type { InterviewTurn } from '../domain/interview-state.js';
import type { CurrentInterview, InterviewMove } from './interviews.sql.js';

/** The events of a turn in their order; `source` gives the nth one's place, counted from 1. */
export function eventsOf(turn: InterviewTurn, source: (nth: number) => EventSource): DomainEvent<object>[] {
  const events: DomainEvent<object>[] = [];
  const next = () => source(events.length + 1);
  for (const effect of turn.effects) {
    switch (effect.kind) {
      case 'consented':
        events.push(ConsentGiven.of(next(), {}));
        break;
      case 'answered':
        events.push(AnswerRecorded.of(next(), { questionKey: effect.key }));
        break;
      case 'completed':
        events.push(InterviewCompleted.of(next(), { answered: turn.state.answered.length }));
        break;
      case 'refused':
        events.push(InterviewRefused.of(next(), { neverAgain: effect.neverAgain }));
        break;
      case 'no_response':
        // The interview stays open for another call; what the silence means is told by the call's own events.
        break;
    }
  }
  return events;
}

/** What a turn changes in the row, but for its version. The first consent is kept: later calls ask for it again. */
export function moveOf(
  turn: InterviewTurn,
  current: CurrentInterview,
  call: InterviewCall,
  at: Date,
  keys = '',
): Omit<InterviewMove, 'version'> {
  const effect = <K extends InterviewTurn['effects'][number]['kind']>(kind: K) =>
    turn.effects.find((one): one is Extract<typeof one, { kind: K }> => one.kind === kind);
  const refused = effect('refused');
  const status = refused !== undefined ? 'refused' : effect('completed') !== undefined ? 'completed' : 'open';
  return {
    attemptId: call.attemptId,
    progress: { calls: { ...current.progress.calls, [call.attemptId]: turn.state } },
    status,
    consentedAt: effect('consented') === undefined ? null : at,
    refusal:
      refused === undefined ? null : { neverAgain: refused.neverAgain, attemptId: call.attemptId, keys },
    finishedAt: status === 'open' ? null : at,
  };
}
