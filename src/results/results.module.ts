import { Global, Module } from '@nestjs/common';
import { CallHistoryController } from './call-history/call-history.controller.js';
import { CampaignEventsController } from './campaign-events/campaign-events.controller.js';
import { CampaignProgressController } from './campaign-progress/campaign-progress.controller.js';
import { CampaignResultsController } from './campaign-results/campaign-results.controller.js';
import { ContactTimelineController } from './contact-timeline/contact-timeline.controller.js';
import { OutcomeMetricsSubscriber } from './outcome-totals/outcome-metrics.subscriber.js';

/** The room that reads across: progress, results, rates, and what happened to one contact. */
@Global()
@Module({
  controllers: [
    CampaignEventsController,
    CampaignProgressController,
    CampaignResultsController,
    CallHistoryController,
    ContactTimelineController,
  ],
  providers: [OutcomeMetricsSubscriber],
})
export class ResultsModule {}
