import { isDeepStrictEqual } from 'node:util';
import type { CalleeInput } from '../../src/survey/contracts/prompt.js';
import { ApplyCallSignalCommand } from '../../src/telephony/facts/apply-call-signal.command.js';
import type { Heard } from '../../src/telephony/telephony-port.js';
import type { Agenda } from '../kernel/agenda.js';
import type { Chance } from '../kernel/chance.js';
import type { Faults } from '../faults.js';
import type { Worker } from '../worker/worker.js';
import type { Deliveries } from './exchange.js';
import { isOver, type LedgerCall, signalOf, type SignalKind } from './ledger.js';
import type { RenderedTurn } from './port.js';

/** After this the carrier takes a request for failed and sends it once more, perhaps to another worker. */
const REPLY_TIMEOUT_MS = 15_000;
const RETRIES = 2;

const NOTHING_HEARD: Heard = { input: { kind: 'silence' }, answeredBy: null };

/** A callback that was answered with success: from then on it may not be lost. */
export interface Acknowledged {
  attemptId: string;
  callId: string;
  kind: SignalKind;
}

/** Callbacks on their way: some are lost, doubled, overtaken or hours late, and workers die over them. */
export class UnreliableDeliveries implements Deliveries {
  readonly acknowledged: Acknowledged[] = [];
  outstanding = 0;

  constructor(
    private readonly agenda: Agenda,
    private readonly chance: Chance,
    private readonly faults: Faults,
    private readonly violations: string[],
    private readonly workers: () => Worker[],
  ) {}

  status(call: LedgerCall, kind: SignalKind): void {
    if (this.faults.strike('webhook-lost', 0.1)) return;
    const late = this.faults.strike('webhook-late', 0.06);
    const after = late ? this.chance.between(60_000, 10_800_000) : this.chance.between(5, 400);
    const copies = this.faults.strike('webhook-doubled', 0.13) ? this.chance.integer(2, 4) : 1;
    for (let copy = 0; copy < copies; copy++) {
      this.outstanding++;
      const between = copy === 0 ? 0 : this.chance.between(0, 5_000);
      this.agenda.in(after + between, () =>
        this.send<string>(
          (worker) =>
            worker.execute(
              new ApplyCallSignalCommand(call.request.attemptId, call.id, signalOf(call, kind), 'webhook'),
            ),
          (result) => {
            this.outstanding--;
            if (result === null) return;
            if (result === 'unknown_attempt')
              this.violations.push(`the carrier's call ${call.id} belongs to an attempt that is not stored`);
            this.acknowledged.push({ attemptId: call.request.attemptId, callId: call.id, kind });
          },
        ),
      );
    }
  }

  turn(call: LedgerCall, turn: number, input: CalleeInput, done: (reply: RenderedTurn | null) => void): void {
    this.outstanding++;
    // Behind the callback of the end, or behind the settlement.
    const isLate = call.isLeaving && this.faults.strike('turn-late', 0.6);
    const ask = () =>
      this.ask(call, turn, this.heard(call, turn, input), 0, (reply) => {
        this.outstanding--;
        done(reply);
        if (reply !== null && this.faults.strike('turn-replayed', 0.12))
          this.replay(call, turn, input, reply);
      });
    if (isLate) this.agenda.in(this.chance.between(500, 60_000), ask);
    else ask();
  }

  private heard(call: LedgerCall, turn: number, input: CalleeInput): Heard {
    return { input, answeredBy: turn === 0 ? call.answeredBy : null };
  }

  private ask(
    call: LedgerCall,
    turn: number,
    { input, answeredBy }: Heard,
    waited: number,
    done: (reply: RenderedTurn | null) => void,
  ): void {
    const query: Record<string, string> = waited === 0 ? {} : { waited: String(waited) };
    if (waited > 0 && input.kind === 'keys') query.keys = input.keys;
    if (waited > 0 && answeredBy !== null) query.answeredBy = answeredBy;
    // Each of it is said once: what is asked again brings nothing but its address.
    const heard = waited === 0 ? { input, answeredBy } : NOTHING_HEARD;
    const message = { providerCallId: call.id, signal: null, ...heard };
    this.agenda.in(this.chance.between(5, 200), () =>
      this.send<RenderedTurn>(
        async (worker) => {
          const { body } = await worker.turns.answer(call.request.attemptId, turn, message, query);
          return JSON.parse(body) as RenderedTurn;
        },
        (reply) => {
          if (reply === null || reply.again === null) return done(reply);
          const { again } = reply;
          // The person has hung up while the line was kept: nobody asks again.
          if (isOver(call)) return done(null);
          this.agenda.in(2_000, () => this.ask(call, turn, again.heard, again.waited, done));
        },
      ),
    );
  }

  /** The same request again, at once or much later: it may change nothing and must get the same document. */
  private replay(call: LedgerCall, turn: number, input: CalleeInput, first: RenderedTurn): void {
    this.outstanding++;
    this.agenda.in(this.chance.happens(0.5) ? 0 : this.chance.between(0, 600_000), () =>
      this.ask(call, turn, this.heard(call, turn, input), 0, (reply) => {
        this.outstanding--;
        const told = first.prompt.say.length > 0 && !first.isApology;
        if (reply === null || reply.isApology || !told) return;
        if (!isDeepStrictEqual(reply.prompt, first.prompt))
          this.violations.push(
            `turn ${turn} of ${call.request.attemptId}, repeated, got ${JSON.stringify(reply.prompt.say)} instead of ${JSON.stringify(first.prompt.say)}`,
          );
      }),
    );
  }

  /** One request, tried again when no success comes back; `null` in the end. */
  private send<T>(
    request: (worker: Worker) => Promise<T>,
    done: (reply: T | null) => void,
    triesLeft = RETRIES,
  ): void {
    let over = false;
    const failed = () => {
      if (over) return;
      over = true;
      timeout.canceled = true;
      if (triesLeft === 0) return done(null);
      this.agenda.in(this.chance.between(500, 2_000), () => this.send(request, done, triesLeft - 1));
    };
    const timeout = this.agenda.in(REPLY_TIMEOUT_MS, failed);
    const alive = this.workers().filter(({ life }) => !life.ended);
    if (alive.length === 0) {
      this.agenda.in(1, failed);
      return;
    }
    const worker = this.chance.pick(alive);
    const { life } = worker;
    const answered = (reply: T) => {
      if (over) return;
      over = true;
      timeout.canceled = true;
      done(reply);
    };
    const ask = async (): Promise<void> => {
      try {
        const reply = await request(worker);
        this.agenda.in(this.chance.between(1, 50), () => answered(reply), life);
      } catch (error) {
        worker.noteError('webhook', error);
        this.agenda.in(1, failed, life);
      }
    };
    // Not awaited: the request is on its way, and the steps that follow carry it on.
    this.agenda.in(0, () => void ask(), life);
  }
}
