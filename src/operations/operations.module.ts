import { Global, Module } from '@nestjs/common';
import { Metrics } from './contracts/metrics.js';
import { HealthController } from './health/health.controller.js';
import { HealthQueries } from './health/health.queries.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { MetricsQueries } from './metrics/metrics.queries.js';
import { ProcessMetrics } from './metrics/process-metrics.js';

/** Health and metrics; writes nothing. */
@Global()
@Module({
  controllers: [HealthController, MetricsController],
  providers: [
    HealthQueries,
    MetricsQueries,
    ProcessMetrics,
    { provide: Metrics, useExisting: ProcessMetrics },
  ],
  exports: [Metrics],
})
export class OperationsModule {}
