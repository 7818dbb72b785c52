import { Injectable, Logger } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Metrics } from '../../operations/contracts/metrics.js';
import { Stopwatch } from '../../shared/clock/stopwatch.js';
import { databaseIsUnavailable } from '../../shared/http/database-unavailable.js';
import { Interviews } from '../../survey/contracts/interviews.js';
import type { CalleeInput } from '../../survey/contracts/prompt.js';
import {
  ANSWERED_BY,
  type CarrierMessage,
  type Heard,
  type RenderedPrompt,
  TelephonyPort,
} from '../telephony-port.js';
import { HandleTurnCommand, type TurnReply } from '../turn/handle-turn.command.js';

/** A person on the line hears at most this much silence before we answer something. */
const TURN_DEADLINE_MS = 4_000;
const MOST_WAITS = 5;

/**
 * Answers turns. While the database is away the person is kept on the line: a pause, then the same turn again with what
 * was heard carried in the signed address, at most five times. A turn that commits after its deadline is not lost: the
 * repeated one finds it stored.
 */
@Injectable()
export class WebhookTurns {
  private readonly log = new Logger('WebhookTurns');

  constructor(
    private readonly commands: CommandBus,
    private readonly port: TelephonyPort,
    private readonly metrics: Metrics,
    private readonly interviews: Interviews,
    private readonly stopwatch: Stopwatch,
  ) {}

  async answer(
    attemptId: string,
    turn: number,
    message: CarrierMessage,
    query: Record<string, string | undefined>,
  ): Promise<RenderedPrompt> {
    const begun = this.stopwatch.now();
    const waited = Number(query.waited ?? 0);
    const heard: Heard =
      waited > 0 ? carried(query, message) : { input: message.input, answeredBy: message.answeredBy };
    const { providerCallId } = message;
    const command = new HandleTurnCommand(attemptId, turn, providerCallId, heard.input, heard.answeredBy);
    try {
      const reply = await this.withinDeadline(this.commands.execute(command));
      this.count(reply, begun);
      return this.port.render(reply.prompt, { attemptId, nextTurn: turn + 1 });
    } catch (error) {
      if (!(error instanceof TurnDeadline) && !databaseIsUnavailable(error)) {
        this.metrics.webhook('failed');
        throw error;
      }
      this.log.warn(`turn ${turn} of ${attemptId} waits for the database (${waited + 1})`);
      this.metrics.webhook('failed');
      if (waited >= MOST_WAITS) return this.apology(attemptId);
      return this.port.renderWait({ attemptId, turn, heard, waited: waited + 1 });
    }
  }

  apology(attemptId: string): RenderedPrompt {
    return this.port.render(this.interviews.apology('en-US'), { attemptId, nextTurn: 0 });
  }

  private async withinDeadline<T>(work: Promise<T>): Promise<T> {
    const answered = new AbortController();
    const deadline = this.stopwatch.wait(TURN_DEADLINE_MS, answered.signal).then(() => {
      throw new TurnDeadline();
    });
    try {
      return await Promise.race([work, deadline]);
    } finally {
      answered.abort();
      // Whatever becomes of it after the deadline, it must not end the process.
      work.catch(() => undefined);
    }
  }

  private count(reply: TurnReply, begun: number): void {
    this.metrics.turn((this.stopwatch.now() - begun) / 1_000);
    this.metrics.webhook(RESULT[reply.result]);
  }
}

const RESULT = {
  applied: 'stored',
  replayed: 'duplicate',
  late: 'unknown_call',
  out_of_turn: 'unknown_call',
  unknown_attempt: 'unknown_call',
} as const;

class TurnDeadline extends Error {}

function carried(query: Record<string, string | undefined>, message: Heard): Heard {
  const answeredBy = ANSWERED_BY.find((one) => one === query.answeredBy) ?? message.answeredBy;
  return { input: carriedInput(query), answeredBy };
}

function carriedInput(query: Record<string, string | undefined>): CalleeInput {
  if (query.keys) return { kind: 'keys', keys: query.keys };
  if (query.speech) return { kind: 'speech', text: query.speech, confidence: null };
  return { kind: 'silence' };
}
