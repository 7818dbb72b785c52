import type { Agenda } from '../kernel/agenda.js';
import type { Chance } from '../kernel/chance.js';
import type { Trace } from '../kernel/trace.js';
import type { CallRequest, CarrierCall } from '../../src/telephony/telephony-port.js';
import type { CalleeInput } from '../../src/survey/contracts/prompt.js';
import type { Faults } from '../faults.js';
import type { RenderedTurn } from './port.js';
import { type Input, isOver, type LedgerCall, type SignalKind, signalOf } from './ledger.js';
import { askedBy, keysFor, leavesAfter, scriptOf } from './people.js';

/** How a callback or a turn reaches us: over an unreliable network, to whichever worker is there. */
export interface Deliveries {
  status(call: LedgerCall, kind: SignalKind): void;
  /** Gives the document of the turn, or null when nobody answered in time. */
  turn(call: LedgerCall, turn: number, input: CalleeInput, done: (reply: RenderedTurn | null) => void): void;
}

/** The carrier: it keeps the books, rings phones and lets people press keys. */
export class Exchange {
  readonly calls = new Map<string, LedgerCall>();
  /** Nobody reaches the carrier. */
  isDown = false;
  /** Our account is suspended. */
  isSuspended = false;
  deliveries!: Deliveries;
  private readonly rings = new Map<string, number>();
  /** Searches that were answered. */
  readonly searches: { to: string; at: number }[] = [];

  constructor(
    private readonly agenda: Agenda,
    private readonly seed: Chance,
    private readonly faults: Faults,
    private readonly trace: Trace,
    private readonly violations: string[],
  ) {}

  /** Takes a call on. From here on it happens, whether or not anybody learns of it. */
  place(request: CallRequest, slowness: number): LedgerCall {
    // Seen at once: an engine that offers a call again and again would not come to rest for a long time.
    for (const earlier of this.calls.values())
      if (earlier.request.attemptId === request.attemptId)
        this.violations.push(`attempt ${request.attemptId} was placed a second time`);
    const ring = this.rings.get(request.to) ?? 0;
    this.rings.set(request.to, ring + 1);
    const isSlow = this.faults.strike('slow-carrier', slowness);
    const now = this.agenda.now;
    const call: LedgerCall = {
      id: `CA${(this.calls.size + 1).toString(16).padStart(32, '0')}`,
      request,
      createdAt: now,
      status: 'queued',
      endedAt: null,
      answeredAt: null,
      answeredBy: null,
      script: scriptOf(this.seed, request.to, ring),
      inputs: [],
      hungUpByUs: false,
      isLeaving: false,
      listedFrom: isSlow ? now + this.seed.fork('listed', request.attemptId).between(60_000, 1_800_000) : now,
    };
    this.calls.set(call.id, call);
    this.trace.add(now, call.id, 'placed', request.attemptId);
    const queued = isSlow ? call.listedFrom - now : call.script.chance.between(20, 3_000);
    this.agenda.in(queued, () => this.ring(call));
    return call;
  }

  end(call: LedgerCall): boolean {
    if (isOver(call)) return false;
    call.hungUpByUs = true;
    this.finish(call, call.answeredAt === null ? 'canceled' : 'completed');
    return true;
  }

  view(call: LedgerCall): CarrierCall {
    return {
      providerCallId: call.id,
      createdAt: new Date(call.createdAt),
      signal: signalOf(call, call.status),
    };
  }

  live(): LedgerCall[] {
    return [...this.calls.values()].filter((call) => !isOver(call));
  }

  private ring(call: LedgerCall): void {
    if (isOver(call)) return;
    this.tell(call, 'initiated');
    this.agenda.in(call.script.chance.between(200, 1_500), () => {
      if (isOver(call)) return;
      this.tell(call, 'ringing');
      const { kind, answersAfter } = call.script;
      if (kind === 'busy' || kind === 'failed') {
        this.agenda.in(500, () => this.finish(call, kind));
      } else if (kind === 'no_answer' || answersAfter > call.request.ringSeconds) {
        this.agenda.in(call.request.ringSeconds * 1_000, () => this.finish(call, 'no_answer'));
      } else {
        this.agenda.in(answersAfter * 1_000, () => this.answer(call));
      }
    });
  }

  private answer(call: LedgerCall): void {
    if (isOver(call)) return;
    call.answeredAt = this.agenda.now;
    const knows = call.request.detectMachines;
    call.answeredBy = !knows ? null : call.script.kind === 'machine' ? 'machine' : 'human';
    this.tell(call, 'answered');
    this.agenda.in(call.request.callSeconds * 1_000, () => this.finish(call, 'completed'));
    this.ask(call, { turn: 0, question: null, keys: null, acknowledgedAt: null });
  }

  private ask(call: LedgerCall, input: Input): void {
    call.inputs.push(input);
    const { turn, keys } = input;
    const given: CalleeInput = keys === null ? { kind: 'silence' } : { kind: 'keys', keys };
    this.deliveries.turn(call, turn, given, (reply) => {
      if (reply === null) return this.finish(call, 'completed');
      // Answered, but for an apology: it has arrived, whether or not anybody still hears what is said to it.
      if (!reply.isApology) input.acknowledgedAt ??= this.agenda.now;
      if (isOver(call)) return;
      this.listen(call, reply, turn + 1);
    });
  }

  private listen(call: LedgerCall, { prompt }: RenderedTurn, nextTurn: number): void {
    const { script } = call;
    const spokenMs = 1_000 + prompt.say.length * 1_500;
    const question = askedBy(prompt.say);
    if (prompt.listen === null || question === null) {
      this.agenda.in(spokenMs, () => this.finish(call, 'completed'));
      return;
    }
    const breaksOff = script.kind === 'hangs_up' && nextTurn > script.breaksOffAt;
    if (script.kind === 'machine' || breaksOff) {
      this.agenda.in(script.chance.between(500, 4_000), () => this.finish(call, 'completed'));
      return;
    }
    const keys = keysFor(script, question);
    const wait =
      spokenMs + (keys === null ? prompt.listen.timeoutSeconds * 1_000 : script.chance.between(300, 4_000));
    this.agenda.in(wait, () => {
      if (isOver(call)) return;
      call.isLeaving = keys !== null && leavesAfter(script, question);
      this.ask(call, { turn: nextTurn, question, keys, acknowledgedAt: null });
      if (call.isLeaving) this.agenda.in(script.chance.between(0, 300), () => this.finish(call, 'completed'));
    });
  }

  private finish(call: LedgerCall, status: SignalKind): void {
    if (isOver(call)) return;
    call.endedAt = this.agenda.now;
    this.tell(call, status);
  }

  private tell(call: LedgerCall, kind: SignalKind): void {
    call.status = kind;
    this.trace.add(this.agenda.now, call.id, kind);
    this.deliveries.status(call, kind);
  }
}
