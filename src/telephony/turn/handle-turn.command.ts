import { Command } from '@nestjs/cqrs';
import type { CalleeInput, Prompt } from '../../survey/contracts/prompt.js';
import type { AnsweredBy } from '../telephony-port.js';

/** The carrier asks what to say: turn 0 when somebody answers, turn n with the input to the prompt of turn n-1. */
export class HandleTurnCommand extends Command<TurnReply> {
  constructor(
    readonly attemptId: string,
    readonly turn: number,
    readonly providerCallId: string,
    readonly input: CalleeInput,
    readonly answeredBy: AnsweredBy | null,
  ) {
    super();
  }
}

export interface TurnReply {
  prompt: Prompt;
  result: 'applied' | 'replayed' | 'late' | 'unknown_attempt' | 'out_of_turn';
}
