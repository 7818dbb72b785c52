import helmet from '@fastify/helmet';
import multipart from '@fastify/multipart';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Environment } from '../environment/environment.js';
import { type ApiSchemas, serveApiDocument } from './api-document.js';
import { ProblemFilter } from './problem.filter.js';
import { RequestValidationPipe } from './validation.pipe.js';

export const JSON_LIMIT_BYTES = 2 * 1024 * 1024;
export const UPLOAD_LIMIT_BYTES = 64 * 1024 * 1024;
/** A transaction ends before this, and with it the answer that waits for it. */
const LONGEST_ANSWER_MS = 5_000;

/**
 * Everything about HTTP that no room decides: headers, body readers and their limits, validation, error bodies, one log
 * line per request, and the documentation. The application must have been created with `rawBody: true`.
 */
export async function configureHttp(
  app: NestFastifyApplication,
  environment: Environment,
  schemas: ApiSchemas = {},
): Promise<void> {
  await app.register(helmet, {
    // TLS ends in front of us, for a name that is not ours alone.
    hsts: false,
    contentSecurityPolicy: {
      useDefaults: true,
      // Swagger UI is also opened over plain http, on another host than localhost.
      directives: { 'upgrade-insecure-requests': null, 'img-src': ["'self'", 'data:'] },
    },
  });
  await app.register(multipart, {
    limits: { fileSize: UPLOAD_LIMIT_BYTES, files: 1, fields: 20, parts: 21 },
  });
  readBodies(app);
  logRequests(app, environment);
  boundTheClose(app);
  app.useGlobalPipes(new RequestValidationPipe());
  app.useGlobalFilters(new ProblemFilter());
  serveApiDocument(app, schemas);
}

function readBodies(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  app.useBodyParser('application/json', { bodyLimit: JSON_LIMIT_BYTES }, (request, body, done) => {
    // Many clients announce JSON on every POST; an action without a body is not an error.
    if (body.length === 0) done(null, undefined);
    else void parseJson(request as never, body.toString('utf8'), done as never);
  });
  fastify.removeContentTypeParser('text/plain');
}

/** Closing waits for answers under way, but not for a client that has stopped reading or sending. */
function boundTheClose(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('preClose', (done: () => void) => {
    setTimeout(() => fastify.server.closeAllConnections(), LONGEST_ANSWER_MS).unref();
    done();
  });
}

/** Method, path and duration; never the query, a header or a body. */
function logRequests(app: NestFastifyApplication, environment: Environment): void {
  const log = new Logger('Request');
  const level = environment.NODE_ENV === 'production' ? 'log' : 'debug';
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
      log[level]({
        method: request.method,
        path: request.url.split('?', 1)[0],
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
      });
      done();
    });
}
