import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { EventRelay } from '../shared/event-log/event-relay.js';
import { EventSubscribers } from '../shared/event-log/event-subscribers.js';
import { Metrics } from './contracts/metrics.js';
import { HealthController } from './health/health.controller.js';
import { HealthQueries } from './health/health.queries.js';
import { InvariantsController } from './invariants/invariants.controller.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { MetricsQueries } from './metrics/metrics.queries.js';
import { ProcessMetrics } from './metrics/process-metrics.js';
import { ParkedEventRedelivery } from './parked-events/parked-event-redelivery.js';
import { ParkedEventsController } from './parked-events/parked-events.controller.js';
import { ParkedEventQueries } from './parked-events/parked-events.queries.js';

/** Health, metrics, the invariants, and what subscribers gave up on; writes nothing itself. */
@Global()
@Module({
  imports: [DiscoveryModule],
  controllers: [HealthController, InvariantsController, MetricsController, ParkedEventsController],
  providers: [
    HealthQueries,
    MetricsQueries,
    ProcessMetrics,
    EventRelay,
    EventSubscribers,
    ParkedEventQueries,
    ParkedEventRedelivery,
    { provide: Metrics, useExisting: ProcessMetrics },
  ],
  exports: [Metrics],
})
export class OperationsModule {}
