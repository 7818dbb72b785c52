import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readCallOrder, type CallOrder } from '../call/call-order.js';
import type { Exchange } from '../call/exchange.js';
import type { Switchboard } from '../call/switchboard.js';
import type { Faults } from '../faults.js';
import type { Call } from '../ledger/call.js';
import type { FormParams } from '../webhooks/signature.js';
import { ApiError } from './api-error.js';
import { callEvents } from './call-events.js';
import { callPage } from './call-list.js';
import { callResource } from './call-resource.js';
import { leaveUnanswered, resetConnection, sendTruncated } from './broken-replies.js';

type CreateRule = NonNullable<ReturnType<Faults['onCreate']>>;

/** The Calls resource: create, fetch, list, update, and its Events. Every create leaves its request and its answer in the ledger. */
export class CallsRoutes {
  constructor(
    private readonly exchange: Exchange,
    private readonly switchboard: Switchboard,
  ) {}

  register(server: FastifyInstance): void {
    server.post('/Calls.json', (request, reply) => this.#create(request, reply));
    server.get('/Calls.json', (request) => this.#list(request));
    server.get<{ Params: { sid: string } }>('/Calls/:sid.json', ({ params }) =>
      this.#resource(this.switchboard.find(params.sid)),
    );
    server.get<{ Params: { sid: string } }>('/Calls/:sid/Events.json', ({ params }) => {
      const { sid } = this.switchboard.find(params.sid);
      return callEvents(this.exchange.ledger, this.exchange.accountSid, sid);
    });
    server.post<{ Params: { sid: string } }>('/Calls/:sid.json', (request) =>
      this.#update(request.params.sid, formOf(request)),
    );
  }

  #create(request: FastifyRequest, reply: FastifyReply): FastifyReply | Promise<FastifyReply> {
    const params = formOf(request);
    const { seq } = this.exchange.ledger.record({ type: 'create.received', params });
    let order: CallOrder;
    try {
      order = readCallOrder(params);
    } catch (error) {
      if (error instanceof ApiError) this.#recordAnswer(seq, null, error.status, error.code);
      throw error;
    }
    const rule = this.exchange.faults.onCreate(order.to);
    if (rule) return this.#createFaulty(seq, order, rule, reply);
    const call = this.switchboard.place(order, seq);
    this.#recordAnswer(seq, call.sid, 201, null);
    return reply.code(201).send(this.#resource(call));
  }

  async #createFaulty(
    seq: number,
    order: CallOrder,
    rule: CreateRule,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const place = () => this.switchboard.place(order, seq);
    const answer = (call: Call | null, status: number | null, code: number | null = null) =>
      this.#recordAnswer(seq, call?.sid ?? null, status, code, rule.fault);
    switch (rule.fault) {
      case 'rateLimited':
        answer(null, 429, 20429);
        throw new ApiError(20429);
      case 'errorBefore':
        answer(null, 500, 20500);
        throw new ApiError(20500);
      case 'errorAfterPlacing':
        answer(place(), 500, 20500);
        throw new ApiError(20500);
      case 'truncated201': {
        const call = place();
        answer(call, 201);
        return sendTruncated(reply, 201, JSON.stringify(this.#resource(call)));
      }
      case 'timeoutBefore':
        answer(null, null);
        return leaveUnanswered(reply);
      case 'timeoutAfterPlacing':
        answer(place(), null);
        return leaveUnanswered(reply);
      case 'resetBefore':
        answer(null, null);
        return resetConnection(reply);
      case 'resetAfterPlacing':
        answer(place(), null);
        return resetConnection(reply);
      case 'slow': {
        const call = place();
        await this.exchange.pace.waitWallClock(rule.ms);
        answer(call, 201);
        return reply.code(201).send(this.#resource(call));
      }
    }
  }

  #list(request: FastifyRequest) {
    const query = new URLSearchParams(request.url.split('?')[1] ?? '');
    const { book } = this.exchange.ledger;
    const to = query.get('To');
    const visibleUntil = Date.now() - this.exchange.faults.listDelayMs();
    const visible = (to === null ? book.all() : book.to(to)).filter((call) => call.createdAt <= visibleUntil);
    return callPage(this.exchange.accountSid, visible, query);
  }

  #update(sid: string, form: FormParams) {
    const status = String(form['Status'] ?? '');
    const record = (httpStatus: number, code: number | null) =>
      this.exchange.ledger.record({ type: 'update.received', sid, status, httpStatus, code });
    try {
      if (status !== 'canceled' && status !== 'completed') throw new ApiError(20001, 'Status');
      const call = this.switchboard.end(sid, status);
      record(200, null);
      return this.#resource(call);
    } catch (error) {
      if (error instanceof ApiError) record(error.status, error.code);
      throw error;
    }
  }

  #resource(call: Call) {
    return callResource(this.exchange.accountSid, call);
  }

  #recordAnswer(
    request: number,
    sid: string | null,
    httpStatus: number | null,
    code: number | null,
    fault: CreateRule['fault'] | null = null,
  ): void {
    this.exchange.ledger.record({ type: 'create.answered', request, sid, httpStatus, code, fault });
  }
}

function formOf(request: FastifyRequest): FormParams {
  return (request.body ?? {}) as FormParams;
}
