import { sqlState } from '../db/database.js';

/**
 * SQLSTATE classes and codes that say "not now": connection lost, resources exhausted, shutdown or failover, limits of
 * ours that ended a statement, deadlocks beyond the retries.
 * https://www.postgresql.org/docs/18/errcodes-appendix.html
 */
const TRANSIENT =
  /^(08...|53...|57P0[1235]|57014|55P03|25P03|25P04|25006|40001|40P01|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;

/** The driver and its pool say these only in words. */
const IN_WORDS =
  /timeout exceeded when trying to connect|connection terminated|query read timeout|not queryable|connection error|after calling end on the pool|connection is not established|driver not connected|query runner already released|connection is closed/i;

/** Whether the same request may succeed in a moment without anybody changing anything: the database was not there. */
export function databaseIsUnavailable(error: unknown): boolean {
  if (TRANSIENT.test(sqlState(error) ?? '')) return true;
  return error instanceof Error && IN_WORDS.test(error.message);
}
