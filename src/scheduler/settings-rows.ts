import { Injectable, OnModuleInit } from '@nestjs/common';
import { Clock } from '../shared/clock/clock.js';
import { DiallingDatabase } from '../shared/db/database.js';
import type { Tx } from '../shared/db/tx.js';
import { Environment } from '../shared/environment/environment.js';
import { type DiallingLimits, type GlobalLimits, Limits } from './contracts/limits.js';

const COLUMNS = `max_concurrent_calls AS "maxConcurrentCalls", calls_per_second::float8 AS "callsPerSecond",
  dialling_stopped_at AS "diallingStoppedAt", dialling_stopped_reason AS "diallingStoppedReason", version`;

/**
 * System identifier and timeline of the cluster. Read anew in every statement, for a pool reaches another cluster without
 * a word; measured, that costs 0.08 ms.
 */
const PRESENT_DATABASE = `CASE WHEN NOT pg_is_in_recovery() THEN (SELECT system_identifier::text FROM pg_control_system()) ||
  '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END`;

/** The global limits are a row: first filled from the environment, changed by operators, seen by every worker. */
@Injectable()
export class SettingsRows extends Limits implements OnModuleInit {
  private presentDatabase = 'NULL::text';

  constructor(
    private readonly database: DiallingDatabase,
    private readonly environment: Environment,
    private readonly clock: Clock,
  ) {
    super();
  }

  async onModuleInit(): Promise<void> {
    // PostgreSQL checks the privilege of every function a statement names, even one that is never called.
    const [role] = await this.database.rows<{ mayAsk: boolean }>(
      `SELECT has_function_privilege('pg_control_system()', 'EXECUTE') AS "mayAsk"`,
    );
    if (role!.mayAsk) this.presentDatabase = PRESENT_DATABASE;
    await this.database.rows(
      `INSERT INTO settings (max_concurrent_calls, calls_per_second, updated_at) VALUES ($1, $2, $3)
       ON CONFLICT DO NOTHING RETURNING version`,
      [this.environment.MAX_CONCURRENT_CALLS, this.environment.CALLS_PER_SECOND, await this.clock.now()],
    );
  }

  override async read(tx: Tx): Promise<GlobalLimits> {
    return filledIn(await tx.row<GlobalLimits>(`SELECT ${COLUMNS} FROM settings`));
  }

  /** One statement, so that it sees the row either before the watch has noted this database or with its stop. */
  override async readForDialling(tx: Tx): Promise<DiallingLimits> {
    return filledIn(
      await tx.row<DiallingLimits>(
        `SELECT ${COLUMNS}, dialling_stopped_at IS NOT NULL OR
                COALESCE(database_identity <> ${this.presentDatabase}, false) AS "diallingStopped" FROM settings`,
      ),
    );
  }

  async lock(tx: Tx): Promise<GlobalLimits> {
    return filledIn(await tx.row<GlobalLimits>(`SELECT ${COLUMNS} FROM settings FOR UPDATE`));
  }

  async write(tx: Tx, limits: Omit<GlobalLimits, 'version'>, version: number, at: Date): Promise<void> {
    const written = await tx.execute(
      `UPDATE settings SET max_concurrent_calls = $1, calls_per_second = $2, dialling_stopped_at = $3,
              dialling_stopped_reason = $4, version = version + 1, updated_at = $5 WHERE version = $6`,
      [
        limits.maxConcurrentCalls,
        limits.callsPerSecond,
        limits.diallingStoppedAt,
        limits.diallingStoppedReason,
        at,
        version,
      ],
    );
    if (written !== 1) throw new Error('settings changed under their lock');
  }

  /**
   * The PostgreSQL that dialling is permitted on, null before the first look; and the present one, null where it may not
   * be asked: the check is then left to the operators, as the production guide says.
   */
  async databases(tx: Tx): Promise<{ permitted: string | null; present: string | null }> {
    const row = await tx.row<{ permitted: string | null; present: string | null }>(
      `SELECT database_identity AS permitted, ${this.presentDatabase} AS present FROM settings`,
    );
    return filledIn(row);
  }

  async rememberDatabase(tx: Tx, identity: string): Promise<void> {
    const written = await tx.execute(`UPDATE settings SET database_identity = $1`, [identity]);
    if (written !== 1) throw new Error('settings are not filled in');
  }
}

function filledIn<T>(row: T | undefined): T {
  if (row === undefined)
    throw new Error('settings are not filled in: the application was never started on this database');
  return row;
}
