import { Injectable, OnModuleInit } from '@nestjs/common';
import { Clock } from '../shared/clock/clock.js';
import { DiallingDatabase } from '../shared/db/database.js';
import type { Tx } from '../shared/db/tx.js';
import { Environment } from '../shared/environment/environment.js';
import { type GlobalLimits, Limits } from './contracts/limits.js';

const COLUMNS = `max_concurrent_calls AS "maxConcurrentCalls", calls_per_second::float8 AS "callsPerSecond",
  dialling_stopped_at AS "diallingStoppedAt", dialling_stopped_reason AS "diallingStoppedReason", version`;

/** The global limits are a row: first filled from the environment, changed by operators, seen by every worker. */
@Injectable()
export class SettingsRows extends Limits implements OnModuleInit {
  constructor(
    private readonly database: DiallingDatabase,
    private readonly environment: Environment,
    private readonly clock: Clock,
  ) {
    super();
  }

  async onModuleInit(): Promise<void> {
    await this.database.rows(
      `INSERT INTO settings (max_concurrent_calls, calls_per_second, updated_at) VALUES ($1, $2, $3)
       ON CONFLICT DO NOTHING RETURNING version`,
      [this.environment.MAX_CONCURRENT_CALLS, this.environment.CALLS_PER_SECOND, await this.clock.now()],
    );
  }

  override async read(tx: Tx): Promise<GlobalLimits> {
    const row = await tx.row<GlobalLimits>(`SELECT ${COLUMNS} FROM settings`);
    if (row === undefined)
      throw new Error('settings are not filled in: the application was never started on this database');
    return row;
  }

  async lock(tx: Tx): Promise<GlobalLimits> {
    const row = await tx.row<GlobalLimits>(`SELECT ${COLUMNS} FROM settings FOR UPDATE`);
    if (row === undefined)
      throw new Error('settings are not filled in: the application was never started on this database');
    return row;
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

  /** The PostgreSQL that dialling is permitted on; null before the first look. */
  async databaseIdentity(tx: Tx): Promise<string | null> {
    const row = await tx.row<{ identity: string | null }>(
      `SELECT database_identity AS identity FROM settings`,
    );
    return row?.identity ?? null;
  }

  async rememberDatabase(tx: Tx, identity: string): Promise<void> {
    const written = await tx.execute(`UPDATE settings SET database_identity = $1`, [identity]);
    if (written !== 1) throw new Error('settings are not filled in');
  }
}
