import { Global, Module } from '@nestjs/common';

/** The room that tells others what happened. */
@Global()
@Module({})
export class NotificationsModule {}
