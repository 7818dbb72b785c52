import type { QueryRunner } from 'typeorm';
import type { DomainEvent } from '../event-log/domain-event.js';

/** Not the UPDATE of a locking clause. */
const WRITES = /\b(INSERT\s+INTO|DELETE\s+FROM)\b|(?<!\bFOR\s|\bKEY\s)\bUPDATE\s+\w/i;

/**
 * An open transaction, passed explicitly: whoever holds a `Tx` works inside the caller's transaction,
 * and every statement, reads included, goes through it.
 */
export class Tx {
  /** Events appended so far; published on the in-memory bus once the COMMIT is acknowledged. */
  readonly appended: DomainEvent[] = [];

  /** Whether any statement so far may have written something. */
  hasWritten = false;

  constructor(private readonly runner: QueryRunner) {}

  /** The rows a SELECT or a RETURNING clause gives. */
  async rows<T>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    this.hasWritten ||= WRITES.test(sql);
    const result = await this.runner.query(sql, parameters, true);
    return (result.records ?? []) as T[];
  }

  /** The first row, or undefined. */
  async row<T>(sql: string, parameters: unknown[] = []): Promise<T | undefined> {
    return (await this.rows<T>(sql, parameters))[0];
  }

  /** The number of rows the statement changed: every fenced write checks it. */
  async execute(sql: string, parameters: unknown[] = []): Promise<number> {
    this.hasWritten = true;
    const result = await this.runner.query(sql, parameters, true);
    return result.affected ?? 0;
  }
}
