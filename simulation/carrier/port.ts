import type { Prompt } from '../../src/survey/contracts/prompt.js';
import {
  type CallRequest,
  type EndResult,
  type FetchResult,
  type FindResult,
  type Heard,
  type PlaceResult,
  type RenderedPrompt,
  TelephonyPort,
} from '../../src/telephony/telephony-port.js';
import type { Agenda } from '../kernel/agenda.js';
import type { Chance } from '../kernel/chance.js';
import type { Life } from '../kernel/life.js';
import type { Faults } from '../faults.js';
import type { Exchange } from './exchange.js';
import { isDead } from './people.js';

/** A document as this carrier reads it. */
export interface RenderedTurn {
  prompt: Prompt;
  isApology: boolean;
  /** Set when the line is only kept: ask the same turn again, with what is carried along. */
  again: { waited: number; heard: Heard } | null;
}

const CREATE_TIMEOUT_MS = 12_000;

/** The engine's way to the simulated carrier; one for each run of a worker. */
export class SimulatedPort extends TelephonyPort {
  constructor(
    private readonly agenda: Agenda,
    private readonly life: Life,
    private readonly exchange: Exchange,
    private readonly faults: Faults,
    private readonly chance: Chance,
    private readonly seed: Chance,
  ) {
    super();
  }

  override async place(request: CallRequest): Promise<PlaceResult> {
    const { faults, exchange } = this;
    if (faults.strike('not-sent', 0.02)) return this.replyIn(5, NOT_SENT);
    return this.request((): { ms: number; result: PlaceResult } => {
      if (exchange.isDown) {
        return this.chance.happens(0.5)
          ? { ms: 5, result: NOT_SENT }
          : { ms: CREATE_TIMEOUT_MS, result: unknown('timeout') };
      }
      if (exchange.isSuspended) return { ms: 20, result: rejected('configuration', '20005') };
      if (faults.strike('throttled', 0.03)) return { ms: 20, result: { kind: 'throttled', reason: '20429' } };
      if (faults.strike('error-before', 0.02)) return { ms: 50, result: unknown('500') };
      if (faults.strike('timeout-not-placed', 0.02))
        return { ms: CREATE_TIMEOUT_MS, result: unknown('timeout') };
      if (isDead(this.seed, request.to)) return { ms: 50, result: rejected('number', '21211') };
      const lost = this.lostReply();
      // A carrier that answers badly often has too much to do: the call may leave long after nobody waits for it.
      const call = exchange.place(request, lost === null ? 0.01 : 0.15);
      if (lost !== null) return lost;
      return { ms: this.chance.between(20, 400), result: { kind: 'accepted', providerCallId: call.id } };
    });
  }

  override async fetch(providerCallId: string): Promise<FetchResult> {
    return this.request((): { ms: number; result: FetchResult } => {
      if (this.cannotBeAsked()) return { ms: 2_000, result: { kind: 'unavailable', reason: 'simulated' } };
      const call = this.exchange.calls.get(providerCallId);
      const result: FetchResult =
        call === undefined ? { kind: 'not_found' } : { kind: 'found', call: this.exchange.view(call) };
      return { ms: 30, result };
    });
  }

  override async find(wanted: { to: string; from: string; createdSince: Date }): Promise<FindResult> {
    return this.request((): { ms: number; result: FindResult } => {
      if (this.cannotBeAsked()) return { ms: 2_000, result: { kind: 'unavailable', reason: 'simulated' } };
      this.exchange.searches.push({ to: wanted.to, at: this.agenda.now });
      const calls = [...this.exchange.calls.values()]
        .filter(
          ({ request, createdAt, listedFrom }) =>
            request.to === wanted.to &&
            request.from === wanted.from &&
            createdAt >= wanted.createdSince.getTime() &&
            listedFrom <= this.agenda.now,
        )
        .toSorted((a, b) => b.createdAt - a.createdAt)
        .map((call) => this.exchange.view(call));
      return { ms: 60, result: { kind: 'found', calls } };
    });
  }

  override async end(providerCallId: string): Promise<EndResult> {
    return this.request((): { ms: number; result: EndResult } => {
      if (this.cannotBeAsked()) return { ms: 2_000, result: { kind: 'unavailable', reason: 'simulated' } };
      const call = this.exchange.calls.get(providerCallId);
      const ended = call !== undefined && this.exchange.end(call);
      return { ms: 30, result: { kind: ended ? 'ended' : 'already_ended' } };
    });
  }

  override verify(): boolean {
    return true;
  }

  override parse(): null {
    return null;
  }

  override render(prompt: Prompt): RenderedPrompt {
    return document({
      prompt,
      isApology: prompt.listen === null && prompt.say.length === 1 && isApology(prompt),
      again: null,
    });
  }

  override renderWait({ heard, waited }: { heard: Heard; waited: number }): RenderedPrompt {
    return document({ prompt: NOTHING, isApology: false, again: { waited, heard } });
  }

  /** The call is taken on and the reply to it does not arrive, or says nothing. */
  private lostReply(): { ms: number; result: PlaceResult } | null {
    const { faults } = this;
    if (faults.strike('error-after', 0.03)) return { ms: 50, result: unknown('500') };
    if (faults.strike('truncated', 0.02)) return { ms: 50, result: unknown('truncated') };
    if (faults.strike('timeout-placed', 0.03)) return { ms: CREATE_TIMEOUT_MS, result: unknown('timeout') };
    if (faults.strike('reset', 0.02)) return { ms: 30, result: unknown('ECONNRESET') };
    return null;
  }

  private cannotBeAsked(): boolean {
    return this.exchange.isDown || this.exchange.isSuspended || this.faults.strike('look-up-fails', 0.05);
  }

  /** There by the network, whatever becomes of the sender; back only if the sender still lives. */
  private request<T>(at: () => { ms: number; result: T }): Promise<T> {
    return new Promise((resolve) => {
      this.agenda.in(this.chance.between(5, 60), () => {
        const { ms, result } = at();
        this.agenda.in(ms, () => resolve(result), this.life);
      });
    });
  }

  private replyIn<T>(ms: number, result: T): Promise<T> {
    return new Promise((resolve) => this.agenda.in(ms, () => resolve(result), this.life));
  }
}

const NOT_SENT: PlaceResult = { kind: 'not_sent', reason: 'ECONNREFUSED' };
const NOTHING: Prompt = { say: [], language: 'en-US', listen: null };

function unknown(reason: string): PlaceResult {
  return { kind: 'unknown', reason };
}

function rejected(cause: 'number' | 'configuration', code: string): PlaceResult {
  return { kind: 'rejected', cause, code };
}

function document(turn: RenderedTurn): RenderedPrompt {
  return { contentType: 'application/json', body: JSON.stringify(turn) };
}

function isApology({ say }: Prompt): boolean {
  return /sorry|apolog/i.test(say[0]!);
}
