import type { PeopleConfig } from '../phone/person.js';
import { isLive, type Call } from './call.js';
import { isTerminal, type LedgerEntry } from './entry.js';

const CONSENT = { consent: 'yes', refusal: 'no', optOut: 'optOut' } as const;

/**
 * What the ledger adds up to. Entries are its only input, so that reading a ledger again after a restart gives
 * exactly the book that was in memory.
 */
export class CallBook {
  readonly #calls = new Map<string, Call>();
  readonly #inOrder: Call[] = [];
  readonly #byNumber = new Map<string, Call[]>();
  readonly #rungTwiceAtOnce = new Set<string>();
  readonly #createTimes: number[] = [];
  #oldestInWindow = 0;
  #live = 0;
  #maxLive = 0;
  #maxCreatesPerSecond = 0;
  #people: PeopleConfig | null = null;

  apply(entry: LedgerEntry): void {
    if (entry.type === 'people.set') this.#people = entry.people;
    if (entry.type === 'create.received') this.#countCreate(Date.parse(entry.at));
    if (entry.type === 'call.created') this.#open(entry);
    if (!('sid' in entry) || entry.sid === null) return;
    const call = this.#calls.get(entry.sid);
    if (call) this.#change(call, entry);
  }

  find(sid: string): Call | undefined {
    return this.#calls.get(sid);
  }

  /** Oldest first. */
  all(): readonly Call[] {
    return this.#inOrder;
  }

  to(number: string): readonly Call[] {
    return this.#byNumber.get(number) ?? [];
  }

  live(): readonly Call[] {
    return this.#inOrder.filter(isLive);
  }

  /** The people that were set over HTTP last, or null. */
  people(): PeopleConfig | null {
    return this.#people;
  }

  /** Numbers to which a call was placed while another one to them was live, at any time since the ledger began. */
  numbersRungTwiceAtOnce(): readonly string[] {
    return [...this.#rungTwiceAtOnce];
  }

  /** Totals since the ledger began. `creates` counts requests, `placed` the calls that came of them. */
  totals() {
    return {
      creates: this.#createTimes.length,
      placed: this.#inOrder.length,
      live: this.#live,
      maxLive: this.#maxLive,
      maxCreatesPerSecond: this.#maxCreatesPerSecond,
    };
  }

  #open(entry: Extract<LedgerEntry, { type: 'call.created' }>): void {
    const at = Date.parse(entry.at);
    this.#live += 1;
    this.#maxLive = Math.max(this.#maxLive, this.#live);
    const call: Call = {
      sid: entry.sid,
      order: entry.order,
      ordinal: entry.ordinal,
      person: entry.person,
      queueTimeMs: entry.queueTimeMs,
      createdAt: at,
      liveWhenCreated: this.#live,
      updatedAt: at,
      startedAt: null,
      answeredAt: null,
      endedAt: null,
      status: 'queued',
      sipResponseCode: null,
      answeredBy: null,
      endedBy: null,
      consent: null,
      keys: [],
      meant: [],
      promptsHeard: 0,
      twimlErrors: 0,
      callbacks: 0,
    };
    const { to } = call.order;
    if (this.to(to).some(isLive)) this.#rungTwiceAtOnce.add(to);
    this.#calls.set(call.sid, call);
    this.#inOrder.push(call);
    this.#byNumber.set(to, [...(this.#byNumber.get(to) ?? []), call]);
  }

  #change(call: Call, entry: LedgerEntry): void {
    switch (entry.type) {
      case 'call.status':
        return this.#move(call, entry);
      case 'call.detected':
        call.answeredBy = entry.answeredBy;
        return;
      case 'call.heard':
        call.promptsHeard += 1;
        return;
      case 'call.key':
        call.keys.push(entry.key);
        return;
      case 'call.meant':
        if (entry.intent === 'mistake' || entry.intent === 'silence') return;
        if (entry.intent !== 'answer') call.consent = CONSENT[entry.intent];
        call.meant.push({ prompt: entry.prompt, keys: entry.keys });
        return;
      case 'twiml.error':
        call.twimlErrors += 1;
        return;
      case 'webhook.sent':
        if (entry.kind === 'status') call.callbacks = Math.max(call.callbacks, nextSequence(entry.params));
        return;
      default:
        return;
    }
  }

  #move(call: Call, entry: Extract<LedgerEntry, { type: 'call.status' }>): void {
    const at = Date.parse(entry.at);
    call.status = entry.status;
    call.updatedAt = at;
    call.sipResponseCode = entry.sipResponseCode ?? call.sipResponseCode;
    if (entry.status === 'initiated') call.startedAt = at;
    if (entry.status === 'in-progress') call.answeredAt = at;
    if (!isTerminal(entry.status)) return;
    call.endedAt = at;
    call.endedBy = entry.endedBy ?? null;
    this.#live -= 1;
  }

  /** The most creates within any second: the window slides with each request. */
  #countCreate(at: number): void {
    this.#createTimes.push(at);
    while ((this.#createTimes[this.#oldestInWindow] ?? at) <= at - 1000) this.#oldestInWindow += 1;
    const inWindow = this.#createTimes.length - this.#oldestInWindow;
    this.#maxCreatesPerSecond = Math.max(this.#maxCreatesPerSecond, inWindow);
  }
}

function nextSequence(params: Readonly<Record<string, unknown>>): number {
  return Number(params['SequenceNumber'] ?? -1) + 1;
}
