import type { Agenda } from '../kernel/agenda.js';
import type { Chance } from '../kernel/chance.js';
import type { Life } from '../kernel/life.js';
import type { Faults } from '../faults.js';
import { Connection, connectionLost } from './connection.js';
import { LockWatch } from './lock-watch.js';
import type { ServerSessions } from './server-sessions.js';

/** What the database tells the world it stands in. */
export interface DatabaseEvents {
  /** Rows of these tables were written and are there for everybody to see. */
  committed(life: Life, sql: string, tables: ReadonlySet<string>): Promise<void>;
  crash(life: Life): void;
}

/** A real PostgreSQL, reached through connections that may break at any moment of virtual time. */
export class SimulatedDatabase {
  readonly connections = new Set<Connection>();
  readonly locks: LockWatch;
  /** Restarting: every connection is refused. */
  isDown = false;
  /** Lock timeouts and deadlocks met, by SQLSTATE; a deadlock is a violation: rows are locked in one order everywhere. */
  readonly givenUp: Record<string, number> = {};

  constructor(
    readonly agenda: Agenda,
    readonly sessions: ServerSessions,
    readonly faults: Faults,
    private readonly chance: Chance,
    private readonly events: DatabaseEvents,
  ) {
    this.locks = new LockWatch(sessions);
  }

  /** One way between a process and the server: mostly a fraction of a millisecond, now and then much longer. */
  latency(): number {
    const drawn = this.chance.next();
    if (drawn < 0.9) return 0.05 + drawn;
    return drawn < 0.995 ? 1 + this.chance.next() * 30 : 100 + this.chance.next() * 1_500;
  }

  /** Locks were released; `sql` is the statement that made visible what was written to these tables. */
  async ended(life: Life, sql: string, written: ReadonlySet<string>): Promise<void> {
    await this.locks.review();
    if (written.size > 0) await this.events.committed(life, sql, written);
  }

  crash(life: Life): void {
    this.events.crash(life);
  }

  noteGivenUp(error: Error): void {
    const { code } = error as Error & { code: string };
    this.givenUp[code] = (this.givenUp[code] ?? 0) + 1;
  }

  /** The process is gone, and its connections with it; a half-open one is left to the server's time limits. */
  async abandon(life: Life, halfOpen: boolean): Promise<void> {
    if (halfOpen) return;
    for (const connection of this.all()) {
      if (connection.life === life) await connection.kill(connectionLost());
    }
  }

  /** The server stops, as after a kill: nothing that was committed is lost, everything else is. */
  async stop(): Promise<void> {
    this.isDown = true;
    for (const connection of this.all()) await connection.kill(connectionLost('57P01'));
  }

  /** As they are now: a connection that is killed leaves the set. */
  private all(): Connection[] {
    return Array.from(this.connections);
  }

  restart(): void {
    this.isDown = false;
  }
}
