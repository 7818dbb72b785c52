import { drawOf, pick, type Draw } from '../chance.js';
import { isLive, type Call } from '../ledger/call.js';
import type { AnsweredBy, EndedBy, TerminalStatus } from '../ledger/entry.js';
import * as pacing from '../phone/pacing.js';
import type { MachineDetection } from './call-order.js';
import { callParameters } from './call-parameters.js';
import { Conversation } from './conversation.js';
import type { Exchange } from './exchange.js';
import { StatusCallbacks } from './status-callbacks.js';

const SIP = { ok: 200, notFound: 404, busy: 486, timeout: 487, declined: 603 } as const;

/** The life of one call from the queue to its end. Whatever ends it first wins; everything later is void. */
export class CallSession {
  readonly #over = new AbortController();
  readonly #callbacks: StatusCallbacks;
  readonly #draw: Draw;

  constructor(
    private readonly exchange: Exchange,
    private readonly call: Call,
  ) {
    this.#callbacks = new StatusCallbacks(exchange, call);
    this.#draw = drawOf(exchange.seed, call.order.to, call.ordinal);
  }

  /** Rejects with CallOver when it is ended from outside. */
  async run(): Promise<void> {
    const { person, order, queueTimeMs } = this.call;
    await this.exchange.pace.waitWallClock(queueTimeMs, this.#over.signal);
    await this.#wait(pacing.dialDelayMs(this.#draw));
    this.#move('initiated');
    this.#callbacks.report('initiated');
    await this.#wait(pacing.connectMs(this.#draw));
    if (person.kind === 'failed') return this.end('failed', 'network', SIP.notFound);
    this.#move('ringing');
    this.#callbacks.report('ringing');
    if (person.kind === 'busy') {
      await this.#wait(pacing.busyToneMs(this.#draw));
      return this.end('busy', 'network', SIP.busy);
    }
    if (person.kind === 'noAnswer') {
      await this.#wait(order.ringSeconds * 1000);
      return this.end('no-answer', 'ringTimeout', SIP.timeout);
    }
    await this.#wait(pacing.ringMs(this.#draw, order.ringSeconds));
    if (person.kind === 'declines') {
      const status = person.as ?? pick(['busy', 'no-answer'] as const, this.#draw('declined as'));
      return this.end(status, 'callee', SIP.declined);
    }
    await this.#answer();
  }

  /** Ends a live call: ledger first, then the callback. Nothing happens to a call that has ended. */
  end(status: TerminalStatus, endedBy: EndedBy, sipResponseCode?: number): void {
    if (!isLive(this.call)) return;
    this.exchange.ledger.record({
      type: 'call.status',
      sid: this.call.sid,
      status,
      endedBy,
      sipResponseCode,
    });
    this.#callbacks.report('completed');
    this.#over.abort();
  }

  /** Leaves the call as it stands, as a carrier does that dies. */
  abandon(): void {
    this.#over.abort();
  }

  async #answer(): Promise<void> {
    this.#move('in-progress');
    this.#callbacks.report('answered');
    this.exchange.run(async () => {
      await this.#wait(this.call.order.timeLimitSeconds * 1000);
      this.end('completed', 'timeLimit', SIP.ok);
    });
    const detection = this.call.order.machineDetection;
    if (detection?.asynchronous) this.exchange.run(() => this.#detectMeanwhile(detection));
    else if (detection) await this.#detect(detection);
    const endedBy = await new Conversation(this.exchange, this.call, this.#over.signal).run();
    this.end('completed', endedBy, SIP.ok);
  }

  /** Returns the milliseconds of the story that detection took. */
  async #detect({ mode, timeoutSeconds }: MachineDetection): Promise<number> {
    const machine = this.call.person.kind === 'machine';
    const untilGreetingEnds = mode === 'DetectMessageEnd';
    const neededMs = pacing.detectionMs(this.#draw, machine, untilGreetingEnds);
    const takenMs = Math.min(neededMs, timeoutSeconds * 1000);
    await this.#wait(takenMs);
    const found: AnsweredBy = !machine ? 'human' : untilGreetingEnds ? 'machine_end_beep' : 'machine_start';
    const answeredBy = neededMs > takenMs ? 'unknown' : found;
    this.exchange.ledger.record({ type: 'call.detected', sid: this.call.sid, answeredBy });
    return takenMs;
  }

  async #detectMeanwhile(detection: MachineDetection): Promise<void> {
    const takenMs = await this.#detect(detection);
    if (!detection.callback) return;
    const { CallSid, AccountSid, AnsweredBy } = callParameters(
      this.exchange.accountSid,
      this.call,
      this.call.status,
    );
    const params = {
      CallSid: CallSid ?? '',
      AccountSid: AccountSid ?? '',
      AnsweredBy: AnsweredBy ?? 'unknown',
      MachineDetectionDuration: String(Math.round(takenMs)),
    };
    await this.exchange.send(this.call.sid, 'amd', { ...detection.callback, params });
  }

  #move(status: 'initiated' | 'ringing' | 'in-progress'): void {
    this.exchange.ledger.record({ type: 'call.status', sid: this.call.sid, status });
  }

  #wait(storyMs: number): Promise<void> {
    return this.exchange.pace.wait(storyMs, this.#over.signal);
  }
}
