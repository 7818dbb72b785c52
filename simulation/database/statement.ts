import type { Result, ServerSession } from './server-sessions.js';

export type StatementKind = 'begin' | 'commit' | 'rollback' | 'statement';

export function kindOf(sql: string): StatementKind {
  if (sql.startsWith('BEGIN')) return 'begin';
  if (sql === 'COMMIT') return 'commit';
  return sql === 'ROLLBACK' ? 'rollback' : 'statement';
}

export type Outcome = { result: Result } | { error: Error };

const SAVEPOINT = 'before_waiting';

/** One statement on the real server: it comes back, waits there for a lock, or is withdrawn and sent again later. */
export class Statement {
  /** Set once it has come back. */
  outcome: Outcome | undefined;
  /** Process ids of the sessions it was last seen to wait for. */
  blockers: number[] = [];
  isOnServer = false;
  private running: Promise<void> = Promise.resolve();
  private hasSavepoint = false;

  constructor(
    readonly session: ServerSession,
    private readonly text: string,
    private readonly parameters: unknown[],
    private readonly inTransaction: boolean,
    /** Called by the watch when it has come back after it waited. */
    readonly onSettled: () => Promise<void>,
    /** Called by the watch when its waiting closed a circle. */
    readonly onDeadlocked: () => Promise<void>,
  ) {}

  get settled(): boolean {
    return this.outcome !== undefined;
  }

  /** @param withdrawable whether `withdraw` may take it back without an end of its transaction */
  async send(withdrawable: boolean): Promise<void> {
    if (withdrawable && this.inTransaction && !this.hasSavepoint) {
      await this.session.query(`SAVEPOINT ${SAVEPOINT}`);
      this.hasSavepoint = true;
    }
    this.isOnServer = true;
    this.running = this.session
      .query(this.text, this.parameters)
      .then(
        (result) => {
          this.outcome = { result };
        },
        (error: Error) => {
          this.outcome = { error };
        },
      )
      .finally(() => (this.isOnServer = false));
  }

  /** Resolves once it has come back, or after so many real milliseconds. */
  async returned(patienceMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, patienceMs)));
    await Promise.race([this.running, patience]);
    clearTimeout(timer);
  }

  /** After it came back: its transaction is as if it had never been withdrawable. */
  async close(): Promise<void> {
    if (!this.hasSavepoint || 'error' in this.outcome!) return;
    this.hasSavepoint = false;
    await this.session.query(`RELEASE SAVEPOINT ${SAVEPOINT}`);
  }

  /** After it was canceled: nothing of it is left on the server, and its transaction is as before. */
  async withdraw(): Promise<void> {
    this.outcome = undefined;
    if (this.hasSavepoint) await this.session.query(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}`);
  }

  /** Its transaction can only be rolled back from here, and holds no lock any more. */
  async failTransaction(): Promise<void> {
    if (this.inTransaction) await this.session.query('SELECT 1 / 0').catch(() => undefined);
  }
}
