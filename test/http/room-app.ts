import { type DynamicModule, Global, Module, type Provider, type Type } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ScheduleModule } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { Clock } from '../../src/shared/clock/clock.js';
import { ApiDatabase, DiallingDatabase, WebhookDatabase } from '../../src/shared/db/database.js';
import { Environment } from '../../src/shared/environment/environment.js';
import { configureHttp } from '../../src/shared/http/http-shell.js';
import { serverOptions } from '../../src/shared/http/server-options.js';
import { IdGenerator, UuidGenerator } from '../../src/shared/ids/id-generator.js';
import { Ticker } from '../../src/shared/ticking/ticker.js';
import { CarrierIdentity } from '../../src/telephony/contracts/call-attempt.js';
import type { TestDatabase } from '../support/test-database.js';
import { testEnvironment } from './test-environment.js';

export interface RoomAppOptions {
  database: TestDatabase;
  clock: Clock;
  imports: (Type | DynamicModule)[];
  controllers?: Type[];
  environment?: Record<string, string>;
}

/** The rooms of `imports` over real HTTP on a free port, on the test's own database and clock. */
export async function openRoomApp(options: RoomAppOptions): Promise<NestFastifyApplication> {
  const environment = testEnvironment(options.environment);
  const shared: Provider[] = [
    { provide: Environment, useValue: environment },
    { provide: ApiDatabase, useValue: options.database.api },
    { provide: DiallingDatabase, useValue: options.database.dialling },
    { provide: WebhookDatabase, useValue: options.database.webhooks },
    { provide: Clock, useValue: options.clock },
    { provide: IdGenerator, useClass: UuidGenerator },
    { provide: CarrierIdentity, useValue: { carrier: 'simulator', defaultCallerId: null } },
    Ticker,
  ];

  @Global()
  @Module({ imports: [ScheduleModule.forRoot()], providers: shared, exports: shared })
  class TestSharedModule {}

  const testing = await Test.createTestingModule({
    imports: [TestSharedModule, ...options.imports],
    controllers: options.controllers ?? [],
  }).compile();
  const app = testing.createNestApplication<NestFastifyApplication>(new FastifyAdapter(serverOptions()), {
    rawBody: true,
    logger: false,
  });
  await configureHttp(app, environment);
  await app.listen(0, '127.0.0.1');
  return app;
}
