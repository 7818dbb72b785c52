import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import type { Environment } from './shared/environment/environment.js';
import { configureHttp } from './shared/http/http-shell.js';
import { serverOptions } from './shared/http/server-options.js';
import { createLogger } from './shared/logging/logger.js';

/** Builds the application of one worker, not yet listening. */
export async function createApplication(environment: Environment): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forEnvironment(environment),
    new FastifyAdapter(serverOptions()),
    { rawBody: true, logger: createLogger(environment), abortOnError: false },
  );
  await configureHttp(app, environment);
  app.enableShutdownHooks();
  return app;
}
