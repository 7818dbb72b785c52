import { fastify, type FastifyError, type FastifyInstance } from 'fastify';
import type { Exchange } from '../call/exchange.js';
import { ApiError } from './api-error.js';
import { resetConnection } from './broken-replies.js';
import type { CallsRoutes } from './calls-routes.js';
import { authenticate, type Credentials } from './credentials.js';
import { readForm } from './form.js';
import type { SimulatorRoutes } from './simulator-routes.js';

/** The carrier's HTTP face: authentication, outages, the error format. Every error body is Twilio's. */
export function buildServer(
  credentials: Credentials,
  exchange: Exchange,
  calls: CallsRoutes,
  simulator: SimulatorRoutes,
): FastifyInstance {
  const server = fastify({ logger: false, forceCloseConnections: true, bodyLimit: 64 * 1024 * 1024 });
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, readForm(body.toString())),
  );

  server.setErrorHandler((error: FastifyError | ApiError, _request, reply) => {
    const known =
      error instanceof ApiError ? error : new ApiError(isClientError(error) ? 20001 : 20500, error.message);
    return reply.code(known.status).send(known.toJSON());
  });
  server.setNotFoundHandler((_request, reply) => {
    const unknown = new ApiError(20404);
    return reply.code(unknown.status).send(unknown.toJSON());
  });

  server.register(
    (api, _options, done) => {
      api.addHook('onRequest', async (request, reply) => {
        const outage = exchange.faults.onRest();
        if (outage?.by === 'reset') return resetConnection(reply);
        if (outage) throw new ApiError(20503);
        authenticate(credentials, request.headers.authorization);
        const { accountSid } = request.params as { accountSid: string };
        if (accountSid !== credentials.accountSid) throw new ApiError(20404, `account ${accountSid}`);
      });
      calls.register(api);
      done();
    },
    { prefix: '/2010-04-01/Accounts/:accountSid' },
  );
  server.register(
    (control, _options, done) => {
      control.addHook('onRequest', async (request) =>
        authenticate(credentials, request.headers.authorization),
      );
      simulator.register(control);
      done();
    },
    { prefix: '/simulator' },
  );
  return server;
}

function isClientError(error: FastifyError | ApiError): boolean {
  return 'statusCode' in error && error.statusCode !== undefined && error.statusCode < 500;
}
