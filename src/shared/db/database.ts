import type { DataSource, QueryRunner } from 'typeorm';
import type { DomainEvent } from '../event-log/domain-event.js';
import { CommitWatch } from './commit-watch.js';
import { Tx } from './tx.js';

/** Milliseconds after which PostgreSQL itself ends what a frozen or lost process left open. */
export interface SessionLimits {
  statementMs: number;
  lockMs: number;
  idleInTransactionMs: number;
  transactionMs: number;
}

export const DEFAULT_LIMITS: SessionLimits = {
  statementMs: 3_000,
  lockMs: 2_500,
  idleInTransactionMs: 3_000,
  transactionMs: 4_500,
};

export interface TransactionOptions {
  limits?: Partial<SessionLimits>;
  /** How often a deadlock or serialization failure is run again; the work must be safe to repeat. */
  retries?: number;
}

/** Receives the events of a transaction after its COMMIT was acknowledged. */
export interface CommittedEvents {
  publish(events: DomainEvent[]): void;
}

const RETRYABLE = new Set(['40P01', '40001']);

export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown; driverError?: { code?: unknown } } | null)?.driverError?.code;
  const direct = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : typeof direct === 'string' ? direct : undefined;
}

/**
 * One connection pool and the way to open a transaction on it. Limits are SET LOCAL in the same round trip as
 * BEGIN, so they also hold behind a transaction-mode pooler, and the locks of a frozen worker die with its transaction.
 */
export class Database {
  constructor(
    private readonly dataSource: DataSource,
    private readonly committed: CommittedEvents,
  ) {}

  /** Runs `work` in a transaction of its own; deadlocks and serialization failures run it again. */
  async transaction<T>(work: (tx: Tx) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const retries = options.retries ?? 5;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.once(work, { ...DEFAULT_LIMITS, ...options.limits });
      } catch (error) {
        // At once: whoever was chosen as a victim has waited for the deadlock timeout already.
        if (attempt >= retries || !RETRYABLE.has(sqlState(error) ?? '')) throw error;
      }
    }
  }

  /** A read on its own, outside any transaction. */
  async rows<T>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    const runner = this.dataSource.createQueryRunner();
    try {
      return await new Tx(runner).rows<T>(sql, parameters);
    } catch (error) {
      if (isDead(error)) await discard(runner, error);
      throw error;
    } finally {
      await runner.release();
    }
  }

  async row<T>(sql: string, parameters: unknown[] = []): Promise<T | undefined> {
    return (await this.rows<T>(sql, parameters))[0];
  }

  private async once<T>(work: (tx: Tx) => Promise<T>, limits: SessionLimits): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const tx = new Tx(runner);
      let result: T;
      try {
        await runner.query(beginWithLimits(limits));
        result = await work(tx);
      } catch (error) {
        if (!isDead(error)) await rollBack(runner);
        throw error;
      }
      if (tx.hasWritten) CommitWatch.note();
      await runner.query('COMMIT');
      if (tx.appended.length > 0) this.committed.publish(tx.appended);
      return result;
    } catch (error) {
      if (isDead(error)) await discard(runner, error);
      throw error;
    } finally {
      await runner.release();
    }
  }
}

/** Requests of operators and integrators. */
export class ApiDatabase extends Database {}
/** Claiming, dialling, recovery, the event relay: never starved by requests. */
export class DiallingDatabase extends Database {}
/** Callbacks and turns of the carrier: a person on the line waits for these. */
export class WebhookDatabase extends Database {}

function beginWithLimits(limits: SessionLimits): string {
  return (
    `BEGIN; SET LOCAL statement_timeout = ${limits.statementMs}; SET LOCAL lock_timeout = ${limits.lockMs}; ` +
    `SET LOCAL idle_in_transaction_session_timeout = ${limits.idleInTransactionMs}; ` +
    // transaction_timeout came with PostgreSQL 17; 16 is supported too.
    `SELECT set_config('transaction_timeout', '${limits.transactionMs}', true) WHERE current_setting('server_version_num')::int >= 170000`
  );
}

/** The driver has given up waiting for an answer; the query still stands at the head of that connection's line. */
function isDead(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}

/** Not back into the pool, where every later query would wait behind the unanswered one. */
async function discard(runner: QueryRunner, error: unknown): Promise<void> {
  await (runner as QueryRunner & PostgresRunner).releasePostgresConnection(error);
}

/** What TypeORM's PostgreSQL runner offers beside its interface: an error takes the connection out of the pool. */
interface PostgresRunner {
  releasePostgresConnection(error: unknown): Promise<void>;
}

async function rollBack(runner: QueryRunner): Promise<void> {
  try {
    await runner.query('ROLLBACK');
  } catch {
    // The connection is gone and PostgreSQL has rolled back already; the caller gets the error that caused it.
  }
}
