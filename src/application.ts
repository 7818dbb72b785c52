import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import type { Environment } from './shared/environment/environment.js';
import { configureHttp } from './shared/http/http-shell.js';
import { serverOptions } from './shared/http/server-options.js';
import { createLogger } from './shared/logging/logger.js';
import { Surveys } from './survey/contracts/surveys.js';

/** Builds the application of one worker, not yet listening. */
export async function createApplication(environment: Environment): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forEnvironment(environment),
    new FastifyAdapter(serverOptions()),
    { rawBody: true, logger: createLogger(environment), abortOnError: false },
  );
  await furnish(app, environment);
  app.enableShutdownHooks();
  return app;
}

/** Everything about HTTP, the documentation's survey included, whose question types only the survey room knows. */
export async function furnish(app: NestFastifyApplication, environment: Environment): Promise<void> {
  await configureHttp(app, environment, { SurveyDefinition: app.get(Surveys).definitionSchema() });
}
