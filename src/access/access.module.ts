import { Global, Module } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { AdminApiKey } from './api-keys/admin-api-key.js';
import { ApiKeyRows } from './api-keys/api-key-rows.js';
import { ApiKeyGuard } from './api-keys/api-key.guard.js';
import { ApiKeys } from './api-keys/api-keys.js';
import { IdempotencyRows } from './idempotency/idempotency-rows.js';
import { IdempotencyInterceptor } from './idempotency/idempotency.interceptor.js';
import { PurgeIdempotencyKeys } from './idempotency/purge-idempotency-keys.js';

/** Who may do what: API keys before every route, and Idempotency-Key on every write. */
@Global()
@Module({
  providers: [
    ApiKeyRows,
    ApiKeys,
    AdminApiKey,
    IdempotencyRows,
    PurgeIdempotencyKeys,
    { provide: APP_GUARD, useClass: ApiKeyGuard },
    { provide: APP_INTERCEPTOR, useClass: IdempotencyInterceptor },
  ],
})
export class AccessModule {}
