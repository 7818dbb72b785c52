import { randomBytes } from 'node:crypto';
import { isLive, type Call } from '../ledger/call.js';
import { personFor } from '../phone/people.js';
import type { PeopleConfig } from '../phone/person.js';
import { ApiError } from '../rest/api-error.js';
import type { CallOrder } from './call-order.js';
import { CallSession } from './call-session.js';
import { DialQueue } from './dial-queue.js';
import type { Exchange } from './exchange.js';

/** Places calls, ends them on request, and knows which are running. */
export class Switchboard {
  readonly #sessions = new Map<string, CallSession>();
  readonly #queue: DialQueue;
  people: PeopleConfig;

  constructor(
    private readonly exchange: Exchange,
    people: PeopleConfig,
    callsPerSecond: number | null,
  ) {
    this.people = people;
    this.#queue = new DialQueue(callsPerSecond);
  }

  /** The call is in the ledger when this returns. Its sid is random: no two carriers ever give the same. */
  place(order: CallOrder, request: number): Call {
    const { ledger, seed } = this.exchange;
    const sid = `CA${randomBytes(16).toString('hex')}`;
    const ordinal = ledger.book.to(order.to).length;
    const person = personFor(this.people, seed, order.to, ordinal);
    const queueTimeMs = this.#queue.reserve(performance.now());
    ledger.record({ type: 'call.created', request, sid, order, ordinal, person, queueTimeMs });
    const call = this.find(sid);
    const session = new CallSession(this.exchange, call);
    this.#sessions.set(sid, session);
    this.exchange.run(() => session.run().finally(() => this.#sessions.delete(sid)));
    return call;
  }

  /** Throws 20404. */
  find(sid: string): Call {
    const call = this.exchange.ledger.book.find(sid);
    if (!call) throw new ApiError(20404, `call ${sid}`);
    return call;
  }

  /**
   * `canceled` stops a call that nobody has answered yet, `completed` ends any; a call that was not answered
   * ends as canceled either way. Throws 21220 for a call that has ended, or was answered and is to be canceled.
   */
  end(sid: string, wanted: 'canceled' | 'completed'): Call {
    const call = this.find(sid);
    const answered = call.status === 'in-progress';
    if (!isLive(call)) throw new ApiError(21220, `the call is ${call.status}`);
    if (wanted === 'canceled' && answered) throw new ApiError(21220, 'the call is in-progress');
    this.#sessions.get(sid)?.end(answered ? 'completed' : 'canceled', 'api', answered ? 200 : 487);
    return call;
  }

  /** Ends what was live when an earlier carrier with this ledger died, and tells the customers. */
  endOrphans(): void {
    for (const call of this.exchange.ledger.book.live()) {
      const answered = call.answeredAt !== null;
      new CallSession(this.exchange, call).end(
        answered ? 'completed' : 'failed',
        'restart',
        answered ? 200 : 503,
      );
    }
  }

  /** Drops every call where it stands. */
  stop(): void {
    for (const session of this.#sessions.values()) session.abandon();
  }
}
