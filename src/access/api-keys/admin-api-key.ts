import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../shared/clock/clock.js';
import { Environment } from '../../shared/environment/environment.js';
import { IdGenerator } from '../../shared/ids/id-generator.js';
import { digestOf, prefixOf } from './api-key-digest.js';
import { ApiKeyRows } from './api-key-rows.js';

const NAME = 'admin';

/**
 * Makes the row `admin` agree with ADMIN_API_KEY at start: a changed variable revokes the old key, a removed one leaves
 * none. Without any key every request to the API answers 401; there is no default.
 */
@Injectable()
export class AdminApiKey implements OnModuleInit {
  private readonly log = new Logger('Access');

  constructor(
    private readonly environment: Environment,
    private readonly rows: ApiKeyRows,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
  ) {}

  async onModuleInit(): Promise<void> {
    const key = this.environment.ADMIN_API_KEY;
    const at = await this.clock.now();
    if (key !== undefined) {
      const admin = { id: this.ids.next(), name: NAME, prefix: prefixOf(key), digest: digestOf(key), at };
      await this.rows.replace(admin);
    } else if (await this.rows.revokeIfValid(NAME, at)) {
      this.log.warn('ADMIN_API_KEY is not set any more: the key it had set is revoked.');
    }
  }
}
