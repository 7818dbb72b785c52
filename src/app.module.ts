import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { ScheduleModule } from '@nestjs/schedule';
import { AccessModule } from './access/access.module.js';
import { CampaignModule } from './campaign/campaign.module.js';
import { ContactModule } from './contact/contact.module.js';
import { NotificationsModule } from './notifications/notifications.module.js';
import { OperationsModule } from './operations/operations.module.js';
import { ResultsModule } from './results/results.module.js';
import { SchedulerModule } from './scheduler/scheduler.module.js';
import type { Environment } from './shared/environment/environment.js';
import { SharedModule } from './shared/shared.module.js';
import { SurveyModule } from './survey/survey.module.js';
import { TelephonyModule } from './telephony/telephony.module.js';

/** The house: every room, and what they stand on. */
@Module({})
export class AppModule {
  static forEnvironment(environment: Environment): DynamicModule {
    return {
      module: AppModule,
      imports: [
        CqrsModule.forRoot(),
        ScheduleModule.forRoot(),
        SharedModule.forEnvironment(environment),
        AccessModule,
        CampaignModule,
        SurveyModule,
        ContactModule,
        SchedulerModule,
        TelephonyModule,
        ResultsModule,
        NotificationsModule.forEnvironment(environment),
        OperationsModule,
      ],
    };
  }
}
