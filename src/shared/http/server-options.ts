import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import { PROBLEM_MEDIA_TYPE, problemBody } from './problem-body.js';

/** Large enough for the longest upload over a slow line; without it a request could stay open for ever. */
const REQUEST_TIMEOUT_MS = 300_000;

/** Options of the Fastify instance that can only be given when it is made: `new FastifyAdapter(serverOptions())`. */
export function serverOptions(): FastifyServerOptions {
  return {
    requestTimeout: REQUEST_TIMEOUT_MS,
    // The socket's address decides who is local; a header must not.
    trustProxy: false,
    frameworkErrors: (_error, request, reply) => answerUnroutable(request, reply),
    clientErrorHandler: (error, socket) => answerBrokenHttp(error, socket),
  };
}

/** A URL the router cannot decode, or a part of it that is longer than anything we issue: no filter is reached. */
function answerUnroutable(request: FastifyRequest, reply: FastifyReply): void {
  const body = problemBody('not_found', {
    detail: 'The URL is not well formed, or a part of it is too long.',
    instance: (request.raw.url ?? '').split('?', 1)[0]!.slice(0, 200),
  });
  void reply
    .status(body.status)
    .header('content-type', PROBLEM_MEDIA_TYPE)
    .send(Buffer.from(JSON.stringify(body)));
}

/** What is not even HTTP reaches no route and no filter; it gets the same kind of body. */
function answerBrokenHttp(error: NodeJS.ErrnoException, socket: Socket): void {
  const underWay = (socket as Socket & { _httpMessage?: ServerResponse })._httpMessage;
  if (error.code === 'ECONNRESET' || !socket.writable || underWay?.headersSent === true) {
    socket.destroy(error);
    return;
  }
  const body = JSON.stringify(
    problemBody('malformed_body', {
      detail:
        error.code === 'HPE_HEADER_OVERFLOW'
          ? 'The headers of the request are too large.'
          : 'The request is not valid HTTP, or did not arrive in time.',
      instance: '',
    }),
  );
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: ${PROBLEM_MEDIA_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `Connection: close\r\n\r\n${body}`,
  );
}
