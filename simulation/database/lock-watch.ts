import type { ServerSession, ServerSessions } from './server-sessions.js';

/** A statement that waits for a lock of another transaction. */
export interface Waiting {
  session: ServerSession;
  /** Set once the statement has come back. */
  settled: boolean;
  onSettled(): void;
}

const PATIENCE_MS = 2;

/**
 * Tells statements that wait for a lock from statements that still run. While one step is taken nobody else moves, so a
 * statement either comes back or waits for a lock, whatever the machine's speed: which of the two is a matter of the
 * rows alone, and the same in every run.
 */
export class LockWatch {
  private readonly waiting: Waiting[] = [];

  constructor(private readonly sessions: ServerSessions) {}

  get all(): readonly Waiting[] {
    return this.waiting;
  }

  /** Waits until the statement has come back (true) or is seen to wait for a lock (false). */
  async isSettled(statement: Waiting, running: Promise<unknown>): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, PATIENCE_MS)));
    await Promise.race([running, patience]);
    clearTimeout(timer);
    while (!statement.settled) {
      if ((await this.waitingPids([statement.session.pid])).size > 0 && !statement.settled) return false;
      if (!statement.settled) await new Promise((resolve) => setImmediate(resolve));
    }
    return true;
  }

  add(statement: Waiting): void {
    this.waiting.push(statement);
  }

  remove(statement: Waiting): void {
    const index = this.waiting.indexOf(statement);
    if (index >= 0) this.waiting.splice(index, 1);
  }

  /** To be called whenever locks were released: those that came through go on, in the order in which they began to wait. */
  async review(): Promise<void> {
    while (this.waiting.length > 0) {
      const pids = await this.waitingPids(this.waiting.map(({ session }) => session.pid));
      await new Promise((resolve) => setImmediate(resolve));
      const through = this.waiting.filter(({ settled }) => settled);
      const moving = this.waiting.filter(({ settled, session }) => !settled && !pids.has(session.pid));
      if (moving.length > 0) continue;
      for (const statement of through) {
        this.remove(statement);
        statement.onSettled();
      }
      if (through.length === 0) return;
    }
  }

  /** The sessions whose waiting closes a circle with this one. */
  async isDeadlocked(pid: number): Promise<boolean> {
    const pids = this.waiting.map(({ session }) => session.pid);
    const { records } = await this.sessions.watcher.query(
      `SELECT pid, pg_blocking_pids(pid) AS blockers FROM unnest($1::int[]) AS pid`,
      [pids],
    );
    const blockers = new Map(
      (records as { pid: number; blockers: number[] }[]).map((row) => [row.pid, row.blockers]),
    );
    const seen = new Set<number>();
    const reach = [...(blockers.get(pid) ?? [])];
    while (reach.length > 0) {
      const next = reach.pop()!;
      if (next === pid) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      reach.push(...(blockers.get(next) ?? []));
    }
    return false;
  }

  async cancel(statement: Waiting): Promise<void> {
    this.remove(statement);
    await this.sessions.watcher.query('SELECT pg_cancel_backend($1)', [statement.session.pid]);
    while (!statement.settled) await new Promise((resolve) => setImmediate(resolve));
  }

  private async waitingPids(pids: number[]): Promise<Set<number>> {
    const { records } = await this.sessions.watcher.query(
      'SELECT DISTINCT pid FROM pg_locks WHERE NOT granted AND pid = ANY ($1)',
      [pids],
    );
    return new Set((records as { pid: number }[]).map(({ pid }) => pid));
  }
}
