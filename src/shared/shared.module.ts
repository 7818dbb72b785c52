import { DynamicModule, Global, Inject, Module, OnApplicationShutdown } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { EventBus } from '@nestjs/cqrs';
import { DataSource } from 'typeorm';
import { Clock, DatabaseClock } from './clock/clock.js';
import { ProcessStopwatch, Stopwatch } from './clock/stopwatch.js';
import { ApiDatabase, type CommittedEvents, DiallingDatabase, WebhookDatabase } from './db/database.js';
import { openPool } from './db/pools.js';
import { Environment } from './environment/environment.js';
import { CommittedEvent } from './event-log/committed-event.js';
import { EventLogWorker } from './event-log/event-log.worker.js';
import { EventRelay } from './event-log/event-relay.js';
import { EventRetention } from './event-log/event-retention.js';
import { EventRetentionWorker } from './event-log/event-retention.worker.js';
import { EventSubscribers } from './event-log/event-subscribers.js';
import { Sequencer } from './event-log/sequencer.js';
import { IdGenerator, UuidGenerator } from './ids/id-generator.js';
import { Ticker } from './ticking/ticker.js';

const POOLS = Symbol('database pools');
const POOL_NAMES = ['api', 'dialling', 'webhooks'] as const;
/** Beyond the longest statement of each: reports may take fifteen seconds, nothing else more than five. */
const ANSWER_WITHIN_MS = { api: 17_000, dialling: 6_000, webhooks: 6_000 } as const;
type Pools = Record<(typeof POOL_NAMES)[number], DataSource>;

/** What every room stands on: environment, clock, identifiers, the three pools, the event log and the ticker. */
@Global()
@Module({})
export class SharedModule implements OnApplicationShutdown {
  constructor(@Inject(POOLS) private readonly pools: Pools) {}

  static forEnvironment(environment: Environment): DynamicModule {
    const database = (pool: keyof Pools, type: typeof ApiDatabase) => ({
      provide: type,
      inject: [POOLS, EventBus],
      useFactory: (pools: Pools, bus: EventBus) => new type(pools[pool], onTheBus(bus)),
    });
    return {
      module: SharedModule,
      imports: [DiscoveryModule],
      providers: [
        { provide: Environment, useValue: environment },
        { provide: POOLS, useFactory: () => openPools(environment) },
        database('api', ApiDatabase),
        database('dialling', DiallingDatabase),
        database('webhooks', WebhookDatabase),
        // Not on the API's pool: slow requests must not stop whoever asks for the time to recover or relay.
        {
          provide: Clock,
          inject: [DiallingDatabase],
          useFactory: (database: DiallingDatabase) => new DatabaseClock(database),
        },
        { provide: IdGenerator, useClass: UuidGenerator },
        { provide: Stopwatch, useClass: ProcessStopwatch },
        Ticker,
        Sequencer,
        EventRelay,
        EventSubscribers,
        EventLogWorker,
        {
          provide: EventRetention,
          inject: [DiallingDatabase, Clock, IdGenerator],
          useFactory: (database: DiallingDatabase, clock: Clock, ids: IdGenerator) =>
            new EventRetention(database, clock, ids, environment.EVENT_RETENTION_DAYS),
        },
        EventRetentionWorker,
      ],
      exports: [
        Environment,
        ApiDatabase,
        DiallingDatabase,
        WebhookDatabase,
        Clock,
        IdGenerator,
        Stopwatch,
        Ticker,
      ],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(Object.values(this.pools).map((pool) => pool.destroy()));
  }
}

async function openPools(environment: Environment): Promise<Pools> {
  const open = POOL_NAMES.map(async (name) => [
    name,
    await openPool(environment.DATABASE_URL, name, environment.DATABASE_POOL_SIZE, ANSWER_WITHIN_MS[name]),
  ]);
  return Object.fromEntries(await Promise.all(open)) as Pools;
}

function onTheBus(bus: EventBus): CommittedEvents {
  return { publish: (events) => bus.publishAll(events.map((event) => new CommittedEvent(event))) };
}
