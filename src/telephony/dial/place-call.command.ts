import { Command } from '@nestjs/cqrs';

/** Dials one claimed attempt, if it may still be dialled. */
export class PlaceCallCommand extends Command<PlaceCallReport> {
  constructor(readonly attemptId: string) {
    super();
  }
}

/** What a dial waits for: the pace of everybody, of its campaign, or its own time. */
export type DialLane = 'account' | 'campaign' | 'attempt';

export type PlaceCallReport =
  /** Not `claimed` any more, or not due yet. */
  | { kind: 'passed_over' }
  | { kind: 'canceled'; reason: string }
  /** The pace leaves no room now; ask again after this. */
  | { kind: 'wait'; waitMs: number; lane: DialLane }
  | { kind: 'offered'; result: string }
  /** Back to `claimed`; ask again after this. */
  | { kind: 'requeued'; waitMs: number };
