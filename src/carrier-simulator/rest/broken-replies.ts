import type { FastifyReply } from 'fastify';

/** A complete HTTP answer whose JSON stops in the middle. */
export function sendTruncated(reply: FastifyReply, status: number, json: string): FastifyReply {
  return reply
    .code(status)
    .type('application/json')
    .send(json.slice(0, Math.floor(json.length / 2)));
}

/** The connection stays open and nothing ever comes. */
export function leaveUnanswered(reply: FastifyReply): FastifyReply {
  return reply.hijack();
}

/** The client sees ECONNRESET. */
export function resetConnection(reply: FastifyReply): FastifyReply {
  reply.hijack();
  reply.raw.socket?.resetAndDestroy();
  return reply;
}
