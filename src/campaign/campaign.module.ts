import { Global, Module } from '@nestjs/common';
import { CampaignLifecycleController } from './campaign-lifecycle.controller.js';
import { CampaignRows } from './campaign-rows.js';
import { CampaignQueries } from './campaign.queries.js';
import { CampaignsController } from './campaigns.controller.js';
import { CloneCampaignHandler } from './clone-campaign/clone-campaign.handler.js';
import { CloseFinishedCampaignsHandler } from './close-finished-campaigns/close-finished-campaigns.handler.js';
import { CompleteCampaignHandler } from './complete-campaign/complete-campaign.handler.js';
import { Campaigns } from './contracts/campaigns.js';
import { CreateCampaignHandler } from './create-campaign/create-campaign.handler.js';
import { EditCampaignHandler } from './edit-campaign/edit-campaign.handler.js';
import { LaunchChecks } from './launch-checks.js';
import { PauseCampaignHandler } from './pause-campaign/pause-campaign.handler.js';
import { PreflightQueries } from './preflight/preflight.queries.js';
import { ReopenCampaignHandler } from './reopen-campaign/reopen-campaign.handler.js';
import { ResumeCampaignHandler } from './resume-campaign/resume-campaign.handler.js';
import { StartCampaignHandler } from './start-campaign/start-campaign.handler.js';
import { TestCampaignHandler } from './test-campaign/test-campaign.handler.js';

/** The life of a campaign, how it calls, what it needs to start and when it is over. */
@Global()
@Module({
  controllers: [CampaignsController, CampaignLifecycleController],
  providers: [
    CreateCampaignHandler,
    EditCampaignHandler,
    CloneCampaignHandler,
    StartCampaignHandler,
    PauseCampaignHandler,
    ResumeCampaignHandler,
    CompleteCampaignHandler,
    ReopenCampaignHandler,
    CloseFinishedCampaignsHandler,
    TestCampaignHandler,
    LaunchChecks,
    CampaignQueries,
    PreflightQueries,
    { provide: Campaigns, useClass: CampaignRows },
  ],
  exports: [Campaigns],
})
export class CampaignModule {}
