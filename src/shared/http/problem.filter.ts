import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEM_MEDIA_TYPE, problemBody } from './problem-body.js';
import { problemOf } from './problem-of.js';

const RETRY_AFTER_SECONDS = '2';

/** The one exception filter: every error leaves as `application/problem+json` with a code of our table. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly log = new Logger('Http');

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = problemOf(error);
    const instance = pathOf(request);
    if (problem.unexpected) this.record(error, `${problem.code} at ${request.method} ${instance}`);
    if (reply.sent || reply.raw.headersSent) {
      // Half an answer has left; only a broken connection still tells the client that it is not whole.
      reply.raw.destroy();
      return;
    }
    const body = problemBody(problem.code, { instance, detail: problem.detail, details: problem.details });
    if (body.status === 503) void reply.header('retry-after', RETRY_AFTER_SECONDS);
    if (body.status === 401) void reply.header('www-authenticate', 'Bearer');
    // As bytes: to a text Fastify would add a charset, which this media type does not have.
    const bytes = Buffer.from(JSON.stringify(body));
    void reply.status(body.status).header('content-type', PROBLEM_MEDIA_TYPE).send(bytes);
  }

  private record(error: unknown, what: string): void {
    if (error instanceof Error) this.log.error(`${what}: ${error.message}`, error.stack);
    else this.log.error(`${what}: ${String(error)}`);
  }
}

/** Without the query, which may carry phone numbers. */
function pathOf(request: FastifyRequest): string {
  return (request.originalUrl ?? request.url ?? '').split('?', 1)[0]!;
}
