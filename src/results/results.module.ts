import { Global, Module } from '@nestjs/common';
import { CallHistoryController } from './call-history/call-history.controller.js';
import { OutcomeMetricsSubscriber } from './outcome-totals/outcome-metrics.subscriber.js';

/** The room that reads across: progress, results, rates, and what happened to one contact. */
@Global()
@Module({
  controllers: [CallHistoryController],
  providers: [OutcomeMetricsSubscriber],
})
export class ResultsModule {}
