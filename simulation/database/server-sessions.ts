import { createHash } from 'node:crypto';
import pg from 'pg';
import { nearestAddress } from './nearest-address.js';

export interface Result {
  records: unknown[];
  affected: number;
}

/** A connection to the real server. It is lent to one simulated connection after the other, always rolled back. */
export class ServerSession {
  private readonly names = new Map<string, string>();

  private constructor(
    private readonly client: pg.Client,
    readonly pid: number,
  ) {}

  static async open(url: string): Promise<ServerSession> {
    const client = new pg.Client({ connectionString: url });
    // A server that is stopped is reported by the statement that meets it.
    client.on('error', () => undefined);
    await client.connect();
    // The same plans whatever ran before: a plan decides the order of rows where a statement leaves it open.
    await client.query(
      `SET plan_cache_mode = force_generic_plan; SET jit = off; SET synchronous_commit = off; SET timezone = 'UTC'`,
    );
    // A crash here is a rollback, never a crash of the server: waiting for its disk would prove nothing.
    // Deadlocks are found at once and by rule, not by a timer. Only a superuser may set this; without, the timer may win.
    await client.query(`SET deadlock_timeout = '1h'`).catch(() => undefined);
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    return new ServerSession(client, rows[0]!.pid);
  }

  /** One statement, prepared once a session: planning costs several times what running on so few rows does. */
  async query(sql: string, parameters: unknown[] = []): Promise<Result> {
    const result = await this.client.query({ name: this.nameOf(sql), text: sql, values: parameters });
    return { records: result.rows ?? [], affected: result.rowCount ?? 0 };
  }

  /** Several statements in one text, without parameters. */
  async script(sql: string): Promise<void> {
    await this.client.query(sql);
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  private nameOf(sql: string): string {
    let name = this.names.get(sql);
    if (name === undefined) {
      name = createHash('sha256').update(sql).digest('hex').slice(0, 32);
      this.names.set(sql, name);
    }
    return name;
  }
}

/** The connections that all simulated processes of one run share, and one beside them that watches locks. */
export class ServerSessions {
  private readonly free: ServerSession[] = [];
  private readonly all: ServerSession[] = [];

  private constructor(
    private readonly url: string,
    readonly watcher: ServerSession,
  ) {}

  static async open(url: string): Promise<ServerSessions> {
    const address = await nearestAddress(url);
    return new ServerSessions(address, await ServerSession.open(address));
  }

  async take(): Promise<ServerSession> {
    const free = this.free.pop();
    if (free !== undefined) return free;
    const opened = await ServerSession.open(this.url);
    this.all.push(opened);
    return opened;
  }

  giveBack(session: ServerSession): void {
    this.free.push(session);
  }

  async close(): Promise<void> {
    await Promise.all([this.watcher, ...this.all].map((session) => session.close()));
  }
}
