import { sqlState } from '../../shared/db/database.js';
import type { Check, Invariant } from './invariant.js';
import * as scopes from './scopes.queries.js';

export type InvariantStatus = 'holds' | 'broken' | 'not_checked' | 'listed';

export interface InvariantReport {
  number: number;
  name: string;
  promise: string;
  status: InvariantStatus;
  /** Violations; with the status `listed`, what is listed. */
  count: number;
  /** The first five. `entity` is an id; no example carries a phone number. */
  examples: { entity: string; detail: string }[];
  tookMs: number;
  /** Why it was not, or not wholly, checked; null otherwise. */
  note: string | null;
}

/** The checker itself had no time for it. */
export class NotChecked extends Error {}

/** What has been found of one invariant so far. */
export class Finding {
  private broken = 0;
  private listed = 0;
  private readonly examples: { broken: InvariantReport['examples']; listed: InvariantReport['examples'] } = {
    broken: [],
    listed: [],
  };
  private tookMs = 0;
  note: string | null = null;

  async take(check: Check, contacts: string, read: (sql: string) => Promise<object[]>): Promise<void> {
    const began = performance.now();
    try {
      const [found] = (await read(scopes.counted(check.sql(contacts)))) as {
        count: number;
        examples: InvariantReport['examples'];
      }[];
      const kind = check.listed ? 'listed' : 'broken';
      this[kind] += found!.count;
      this.examples[kind].push(...found!.examples.slice(0, EXAMPLES - this.examples[kind].length));
    } catch (error) {
      this.giveUp(error, performance.now() - began);
    } finally {
      this.tookMs += performance.now() - began;
    }
  }

  giveUp(error: unknown, tookMs = 0): void {
    this.note ??= reasonOf(error, tookMs);
  }

  report({ number, name, promise }: Invariant): InvariantReport {
    const status = this.status();
    const kind = status === 'listed' ? 'listed' : 'broken';
    return {
      number,
      name,
      promise,
      status,
      count: this[kind],
      examples: this.examples[kind],
      tookMs: Math.round(this.tookMs * 10) / 10,
      note: this.note,
    };
  }

  private status(): InvariantStatus {
    if (this.broken > 0) return 'broken';
    if (this.note !== null) return 'not_checked';
    return this.listed > 0 ? 'listed' : 'holds';
  }
}

const EXAMPLES = 5;

function reasonOf(error: unknown, tookMs: number): string {
  if (error instanceof NotChecked) return error.message;
  // 57014: PostgreSQL ended the statement.
  if (sqlState(error) === '57014')
    return tookMs === 0 ? 'took too long' : `took longer than ${String(Math.round(tookMs / 100) / 10)} s`;
  return error instanceof Error ? error.message : String(error);
}
