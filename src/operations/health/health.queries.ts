import { Injectable } from '@nestjs/common';
import { migrations } from '../../../migrations/index.js';
import { ApiDatabase } from '../../shared/db/database.js';
import type { Tx } from '../../shared/db/tx.js';
import { CarrierIdentity } from '../../telephony/contracts/call-attempt.js';
import type { HealthFacts } from './readiness.js';

/** What the health of an installation is judged by, read from the database. */
@Injectable()
export class HealthQueries {
  constructor(
    private readonly database: ApiDatabase,
    private readonly carrier: CarrierIdentity,
  ) {}

  async facts(): Promise<NonNullable<HealthFacts['database']>> {
    const began = performance.now();
    return this.database.transaction(
      async (tx) => {
        const settings = await tx.row<{ fsync: string; synchronousCommit: string; migrated: boolean }>(
          `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS "synchronousCommit",
                  to_regclass('schema_migrations') IS NOT NULL AS migrated`,
        );
        const missing = await missingMigrations(tx, settings!.migrated);
        return {
          answeredMs: performance.now() - began,
          missingMigrations: missing,
          fsync: settings!.fsync,
          synchronousCommit: settings!.synchronousCommit,
          circuit: missing.length === 0 ? await this.circuit(tx) : { state: 'closed' as const, reason: null },
        };
      },
      { retries: 0, limits: { statementMs: 2_000 } },
    );
  }

  private async circuit(tx: Tx): Promise<{ state: 'open' | 'closed'; reason: string | null }> {
    const row = await tx.row<{ reason: string | null }>(
      `SELECT reason FROM carrier_circuits WHERE (carrier = $1 OR carrier LIKE $1 || ' %') AND state = 'open' ORDER BY carrier LIMIT 1`,
      [this.carrier.carrier],
    );
    return row === undefined ? { state: 'closed', reason: null } : { state: 'open', reason: row.reason };
  }
}

/** Migrations of this build that did not run; newer ones of another build are no fault during a rolling update. */
async function missingMigrations(tx: Tx, migrated: boolean): Promise<string[]> {
  const ran = migrated ? await tx.rows<{ name: string }>(`SELECT name FROM schema_migrations`) : [];
  const names = new Set(ran.map((row) => row.name));
  return migrations.map((migration) => migration.name).filter((name) => !names.has(name));
}
