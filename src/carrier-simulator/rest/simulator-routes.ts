import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Exchange } from '../call/exchange.js';
import type { Switchboard } from '../call/switchboard.js';
import { FaultRulesError, readFaultRules, type FaultRule } from '../faults.js';
import { summaryOf } from '../ledger/call.js';
import { PeopleError, readPeople } from '../phone/people.js';
import type { PeopleConfig } from '../phone/person.js';
import { ApiError } from './api-error.js';

/** What no real carrier has: a look at its ledger, and orders for people and faults. */
export class SimulatorRoutes {
  constructor(
    private readonly exchange: Exchange,
    private readonly switchboard: Switchboard,
  ) {}

  register(server: FastifyInstance): void {
    const { ledger } = this.exchange;
    server.get('/ledger', (request, reply) => this.#ledger(request, reply));
    server.get('/calls', () => ({ calls: ledger.book.all().map(summaryOf) }));
    server.get('/summary', () => this.summary());
    server.put('/people', ({ body }) => {
      this.setPeople(checked(() => readPeople(body)));
      return this.switchboard.people;
    });
    server.put('/faults', ({ body }) => {
      const rules = checked(() => readFaultRules(body));
      this.setFaults(rules);
      return rules;
    });
  }

  /** Holds for every later call and for a carrier restarted on this ledger. */
  setPeople(people: PeopleConfig): void {
    this.exchange.ledger.record({ type: 'people.set', people });
    this.switchboard.people = people;
  }

  /** Replaces all rules. Rules end with the process. */
  setFaults(rules: readonly FaultRule[]): void {
    this.exchange.ledger.record({ type: 'faults.set', rules });
    this.exchange.faults.set(rules);
  }

  summary() {
    const { book } = this.exchange.ledger;
    const byStatus: Record<string, number> = {};
    for (const call of book.all()) byStatus[call.status] = (byStatus[call.status] ?? 0) + 1;
    return {
      ...book.totals(),
      byStatus,
      numbersRungTwiceAtOnce: book.numbersRungTwiceAtOnce(),
      seed: this.exchange.seed,
      speed: this.exchange.pace.speed,
    };
  }

  #ledger(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const since = Number(new URLSearchParams(request.url.split('?')[1] ?? '').get('since') ?? 0);
    if (!Number.isInteger(since) || since < 0) throw new ApiError(20001, 'since');
    const lines = async function* (source: AsyncIterable<string>) {
      for await (const line of source) yield `${line}\n`;
    };
    return reply.type('application/jsonl').send(Readable.from(lines(this.exchange.ledger.since(since))));
  }
}

function checked<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof PeopleError || error instanceof FaultRulesError)
      throw new ApiError(20001, error.message);
    throw error;
  }
}
