import type { ServerSessions } from './server-sessions.js';
import type { Statement } from './statement.js';

/** Most statements have come back by then, and nobody need be asked about them. */
const PATIENCE_MS = 4;

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * Tells statements that wait for a lock from statements that still run. While one step is taken nobody else moves, so a
 * statement either comes back or waits for a lock, whatever the machine's speed: which of the two is a matter of the
 * rows alone, and the same in every run.
 *
 * Only one statement waits on the server at a time. PostgreSQL promises no order among several that wait for a row which
 * is changed meanwhile: each later one is held back here, and sent again in its turn whenever locks were released.
 */
export class LockWatch {
  /** On the server. */
  private waiting: Statement | null = null;
  private heldBack: Statement[] = [];
  private isReviewing = false;
  private isStale = false;

  constructor(private readonly sessions: ServerSessions) {}

  /** Sends a statement; it comes back, or the watch tells it when it does. */
  async run(statement: Statement): Promise<'settled' | 'waits' | 'deadlocked'> {
    const waitsOnServer = this.waiting === null;
    await statement.send(!waitsOnServer);
    if (await this.isSettled(statement)) {
      await statement.close();
      return 'settled';
    }
    if (waitsOnServer) this.waiting = statement;
    else this.heldBack.push(statement);
    if (await this.isDeadlocked(statement)) return 'deadlocked';
    if (!waitsOnServer) await this.takeBack(statement);
    return 'waits';
  }

  /** To be called whenever locks were released: those that come through go on, in the order in which they began to wait. */
  async review(): Promise<void> {
    this.isStale = true;
    if (this.isReviewing) return;
    this.isReviewing = true;
    try {
      while (this.isStale) {
        this.isStale = false;
        await this.letThrough();
        for (const statement of this.heldBack.splice(0)) {
          const came = await this.run(statement);
          if (came === 'settled') await statement.onSettled();
          if (came === 'deadlocked') await statement.onDeadlocked();
        }
      }
    } finally {
      this.isReviewing = false;
    }
  }

  /** The statement ends without a result, and with it what its transaction did and holds. */
  async cancel(statement: Statement): Promise<void> {
    if (this.waiting === statement) this.waiting = null;
    this.heldBack = this.heldBack.filter((other) => other !== statement);
    if (statement.isOnServer) await this.cancelOnServer(statement);
    await statement.failTransaction();
  }

  private async letThrough(): Promise<void> {
    for (const statement = this.waiting; statement !== null;) {
      const waits = await this.waits(statement);
      await nextTurn();
      if (statement.settled) {
        this.waiting = null;
        return statement.onSettled();
      }
      if (waits) return;
    }
  }

  /** Waits until the statement has come back (true) or is seen to wait for a lock (false). */
  private async isSettled(statement: Statement): Promise<boolean> {
    await statement.returned(PATIENCE_MS);
    while (!statement.settled) {
      if ((await this.waits(statement)) && !statement.settled) return false;
      if (!statement.settled) await nextTurn();
    }
    return true;
  }

  private async takeBack(statement: Statement): Promise<void> {
    await this.cancelOnServer(statement);
    await statement.withdraw();
  }

  private async cancelOnServer(statement: Statement): Promise<void> {
    await this.sessions.watcher.query('SELECT pg_cancel_backend($1)', [statement.session.pid]);
    while (statement.isOnServer) await nextTurn();
  }

  /** Whether the waiting of this statement closes a circle. */
  private async isDeadlocked(statement: Statement): Promise<boolean> {
    const onServer = new Set(this.waiting === null ? [statement] : [this.waiting, statement]);
    const { records } = await this.sessions.watcher.query(
      `SELECT pid, pg_blocking_pids(pid) AS blockers FROM unnest($1::int[]) AS pid`,
      [[...onServer].map(({ session }) => session.pid)],
    );
    const seenNow = new Map(
      (records as { pid: number; blockers: number[] }[]).map((row) => [row.pid, row.blockers]),
    );
    const blockers = new Map<number, number[]>();
    for (const one of [...this.heldBack, ...onServer]) {
      one.blockers = seenNow.get(one.session.pid) ?? one.blockers;
      blockers.set(one.session.pid, one.blockers);
    }
    const { pid } = statement.session;
    const seen = new Set<number>();
    const reach = [...statement.blockers];
    while (reach.length > 0) {
      const next = reach.pop()!;
      if (next === pid) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      reach.push(...(blockers.get(next) ?? []));
    }
    return false;
  }

  private async waits({ session }: Statement): Promise<boolean> {
    const { records } = await this.sessions.watcher.query(
      'SELECT FROM pg_locks WHERE NOT granted AND pid = $1 LIMIT 1',
      [session.pid],
    );
    return records.length > 0;
  }
}
