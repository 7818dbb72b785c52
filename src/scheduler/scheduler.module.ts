import { Global, Module } from '@nestjs/common';
import { ChangeSettingsHandler } from './change-settings/change-settings.handler.js';
import { SettingsController } from './change-settings/settings.controller.js';
import { CampaignClaim } from './claim-next-contact/campaign-claim.js';
import { RefusedContacts } from './claim-next-contact/refused-contacts.js';
import { ClaimNextContactHandler } from './claim-next-contact/claim-next-contact.handler.js';
import { ContactabilityController } from './contactability/contactability.controller.js';
import { CampaignLoad } from './contracts/campaign-load.js';
import { DialPermission } from './contracts/dial-permission.js';
import { Limits } from './contracts/limits.js';
import { RetryPlanner } from './contracts/retry-planner.js';
import { CampaignLoadQueries } from './campaign-load.queries.js';
import { DialPermissionFromRows } from './dial-permission.js';
import { RetryPlannerFromRows } from './retry-planner.js';
import { SettleStrandedContactsHandler } from './settle-stranded-contacts/settle-stranded-contacts.handler.js';
import { SettingsRows } from './settings-rows.js';
import { ResumeDiallingHandler, StopDiallingHandler } from './stop-dialling/stop-dialling.handler.js';
import { WatchDatabaseHandler } from './watch-database/watch-database.handler.js';
import { Tick } from './tick.js';

/** Who is dialled when: contactability, hours, pace, fairness, retries and the limits over everything. */
@Global()
@Module({
  controllers: [SettingsController, ContactabilityController],
  providers: [
    ClaimNextContactHandler,
    CampaignClaim,
    RefusedContacts,
    ChangeSettingsHandler,
    StopDiallingHandler,
    ResumeDiallingHandler,
    SettingsRows,
    { provide: Limits, useExisting: SettingsRows },
    { provide: DialPermission, useClass: DialPermissionFromRows },
    { provide: RetryPlanner, useClass: RetryPlannerFromRows },
    { provide: CampaignLoad, useClass: CampaignLoadQueries },
    SettleStrandedContactsHandler,
    WatchDatabaseHandler,
    Tick,
  ],
  exports: [Limits, DialPermission, RetryPlanner, CampaignLoad],
})
export class SchedulerModule {}
