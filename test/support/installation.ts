import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Test } from '@nestjs/testing';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../../src/app.module.js';
import { type CarrierSimulator, createCarrier } from '../../src/carrier-simulator/carrier.js';
import type { PeopleConfig } from '../../src/carrier-simulator/phone/person.js';
import { Clock } from '../../src/shared/clock/clock.js';
import { DatabaseClock } from '../../src/shared/clock/clock.js';
import { type ApiDatabase } from '../../src/shared/db/database.js';
import type { Tx } from '../../src/shared/db/tx.js';
import { readEnvironment } from '../../src/shared/environment/environment.js';
import { furnish } from '../../src/application.js';
import { serverOptions } from '../../src/shared/http/server-options.js';
import { openTestDatabase, type TestDatabase } from './test-database.js';

export const ACCOUNT_SID = `AC${'5'.repeat(32)}`;
export const AUTH_TOKEN = 'a-token-of-the-test-installation';
export const API_KEY = 'a-key-of-the-test-installation';
export const CALLER_ID = '+12025550199';

/** The database's time moved to another hour of another day; it runs on from there. */
export class ShiftedClock extends Clock {
  private offsetMs = 0;

  constructor(private readonly real: DatabaseClock) {
    super();
  }

  override async now(tx?: Tx): Promise<Date> {
    return new Date((await this.real.now(tx)).getTime() + this.offsetMs);
  }

  async moveTo(iso: string): Promise<void> {
    this.offsetMs = Date.parse(iso) - (await this.real.now()).getTime();
  }

  advance(ms: number): void {
    this.offsetMs += ms;
  }
}

export interface Reply<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: T;
}

export interface Installation {
  app: NestFastifyApplication;
  database: TestDatabase;
  carrier: CarrierSimulator;
  clock: ShiftedClock;
  url: string;
  /** A request with the API key; a body is sent as JSON. */
  api<T = Record<string, never>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply<T>>;
  stop(): Promise<void>;
}

/**
 * A whole installation: a database of its own, the application as it is shipped on a real port, and the carrier
 * simulator, which the Twilio SDK talks to over HTTP. The clock is set to Sunday 03:00 in New York unless told otherwise:
 * nothing may depend on the hour at which the tests run.
 */
export async function startInstallation(
  options: {
    people?: PeopleConfig;
    speed?: number;
    startAt?: string;
    environment?: Record<string, string>;
    database?: TestDatabase;
  } = {},
): Promise<Installation> {
  const database = options.database ?? (await openTestDatabase());
  const carrier = createCarrier({
    accountSid: ACCOUNT_SID,
    authToken: AUTH_TOKEN,
    speed: options.speed ?? 100,
    seed: 'test',
    people: options.people ?? {},
  });
  const { url: carrierUrl } = await carrier.start();
  const port = await freePort();
  const environment = readEnvironment({
    NODE_ENV: 'test',
    PORT: String(port),
    DATABASE_URL: database.url,
    TELEPHONY_PROVIDER: 'simulator',
    TWILIO_ACCOUNT_SID: ACCOUNT_SID,
    TWILIO_AUTH_TOKEN: AUTH_TOKEN,
    TWILIO_API_BASE_URL: carrierUrl,
    TWILIO_FROM_NUMBER: CALLER_ID,
    PUBLIC_BASE_URL: `http://127.0.0.1:${port}`,
    ADMIN_API_KEY: API_KEY,
    SCHEDULER_TICK_MS: '200',
    MAX_CONCURRENT_CALLS: '50',
    CALLS_PER_SECOND: '100',
    LOG_LEVEL: 'error',
    SETTLE_DELAY_MS: '300',
    CREATE_TIMEOUT_MS: '10000',
    CREATE_GRACE_MS: '200',
    CLAIM_STALE_MS: '1000',
    SILENT_CALL_MS: '1500',
    LOOKUP_INTERVAL_MS: '300',
    CARRIER_QUEUE_MS: '500',
    LOST_MARGIN_MS: '200',
    CIRCUIT_PROBE_MS: '500',
    SHUTDOWN_GRACE_MS: '3000',
    ...options.environment,
  });
  const clock = new ShiftedClock(new DatabaseClock(database.api as ApiDatabase));
  await clock.moveTo(options.startAt ?? '2026-11-22T08:00:00Z');
  const module = await Test.createTestingModule({ imports: [AppModule.forEnvironment(environment)] })
    .overrideProvider(Clock)
    .useValue(clock)
    .compile();
  const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(serverOptions()), {
    rawBody: true,
  });
  app.useLogger(['error', 'fatal']);
  await furnish(app, environment);
  await app.listen(port, '127.0.0.1');
  const url = `http://127.0.0.1:${port}`;
  return {
    app,
    database,
    carrier,
    clock,
    url,
    api: (method, path, body, headers) => request(`${url}/api/v1${path}`, method, body, headers),
    stop: async () => {
      await app.close();
      await carrier.stop();
      if (options.database === undefined) await database.close();
    },
  };
}

async function request<T>(
  url: string,
  method: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Reply<T>> {
  const form = body instanceof FormData;
  const response = await fetch(url, {
    method,
    headers: {
      'x-api-key': API_KEY,
      ...(body === undefined || form ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? {} : JSON.parse(text)) as T,
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
