import { type DynamicModule, Global, Module } from '@nestjs/common';
import type { Environment } from '../shared/environment/environment.js';
import { LiveLineSubscriber } from './live-line/live-line.subscriber.js';

/** The room that tells others what happened. */
@Global()
@Module({})
export class NotificationsModule {
  /** The live line is there only where somebody watches the terminal: elsewhere it is not even subscribed. */
  static forEnvironment(environment: Pick<Environment, 'LIVE_PROGRESS'>): DynamicModule {
    return {
      module: NotificationsModule,
      providers: environment.LIVE_PROGRESS ? [LiveLineSubscriber] : [],
    };
  }
}
