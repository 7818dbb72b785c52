import type { DataSource } from 'typeorm';
import type { Appointment } from '../kernel/agenda.js';
import type { Life } from '../kernel/life.js';
import type { Result, ServerSession } from './server-sessions.js';
import type { SimulatedDatabase } from './simulated-database.js';
import { kindOf, type Outcome, Statement, type StatementKind } from './statement.js';

/** Virtual milliseconds; taken from the statement that opens the transaction. */
interface Limits {
  lockMs: number;
  idleMs: number;
  transactionMs: number;
}

/** What a cut or refused connection looks like to the driver's user. */
export function connectionLost(code = 'ECONNRESET'): Error {
  return Object.assign(new Error('Connection terminated unexpectedly'), { code });
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/**
 * One connection of one simulated process, as a TypeORM query runner: each statement travels to the server, is run there
 * and its result travels back, and between any two of these others move. Time limits of the session hold in virtual time.
 */
export class Connection {
  private server: ServerSession | null = null;
  /** Why the connection is of no use any more. */
  private lost: Error | null = null;
  private limits: Limits | null = null;
  private readonly watches: Appointment[] = [];
  private lastActivity = 0;
  /** The tables of the rows that were written and are not committed yet. */
  private written = new Set<string>();
  /** Its user has given it back; a transaction that is still open is waited for. */
  private released = false;
  private waiting: { statement: Statement; refuse: (error: Error) => void } | null = null;

  constructor(
    private readonly database: SimulatedDatabase,
    readonly life: Life,
  ) {}

  /** TypeORM's `QueryRunner.query`, as far as `Database` and `Tx` use it. */
  query(sql: string, parameters: unknown[] = []): Promise<Result> {
    const { agenda } = this.database;
    return new Promise((resolve, reject) => {
      const answer = (settle: () => void) => agenda.in(this.database.latency(), settle, this.life);
      agenda.in(this.database.latency(), async () => {
        if (this.life.ended) return;
        await this.arrive(sql, parameters, {
          resolve: (result) => answer(() => resolve(result)),
          reject: (error) => answer(() => reject(error)),
        });
      });
    });
  }

  async release(): Promise<void> {
    this.released = true;
    if (this.server !== null && this.limits === null && this.lost === null) this.leave();
  }

  /** The server or the network ends the connection: what was not committed is rolled back. */
  async kill(error: Error): Promise<void> {
    if (this.lost !== null) return;
    this.lost = error;
    this.disarm();
    const { server, waiting } = this;
    if (server === null) return;
    if (waiting !== null) {
      this.waiting = null;
      await this.database.locks.cancel(waiting.statement);
      waiting.refuse(error);
    }
    this.limits = null;
    await server.query('ROLLBACK');
    this.leave();
    await this.database.locks.review();
  }

  private async arrive(sql: string, parameters: unknown[], reply: Reply): Promise<void> {
    if (this.lost === null && this.database.isDown) this.lost = connectionLost('ECONNREFUSED');
    if (this.lost !== null) {
      reply.reject(this.lost);
      return;
    }
    const kind = kindOf(sql);
    const fault = this.database.faults.atStatement(this.life, kind, sql, parameters);
    if (fault === 'cut before' || fault === 'crash before') {
      await this.kill(connectionLost());
      if (fault === 'crash before') this.database.crash(this.life);
      else reply.reject(connectionLost());
      return;
    }
    this.server ??= await this.attach();
    this.lastActivity = this.database.agenda.now;
    const ended = fault === 'cut after' || fault === 'crash after';
    await this.run(kind, sql, parameters, ended ? LOST_REPLY : reply);
    if (!ended) return;
    await this.kill(connectionLost());
    if (fault === 'crash after') this.database.crash(this.life);
    else reply.reject(connectionLost());
  }

  private async run(kind: StatementKind, sql: string, parameters: unknown[], reply: Reply): Promise<void> {
    const settle = async (): Promise<void> => {
      this.waiting = null;
      await this.cameBack(kind, sql, statement.outcome!, reply);
    };
    const deadlock = async () => this.giveUpWaiting(failure('40P01', 'deadlock detected'));
    const statement = new Statement(
      this.server!,
      kind === 'begin' ? 'BEGIN' : sql,
      parameters,
      kind === 'statement' && this.limits !== null,
      settle,
      deadlock,
    );
    this.waiting = { statement, refuse: reply.reject };
    const came = await this.database.locks.run(statement);
    if (came === 'settled') return settle();
    if (came === 'deadlocked') return deadlock();
    const lockMs = this.limits?.lockMs ?? 0;
    if (lockMs === 0) return;
    this.database.agenda.in(lockMs, async () => {
      if (this.waiting?.statement === statement)
        await this.giveUpWaiting(failure('55P03', 'canceling statement due to lock timeout'));
    });
  }

  private async cameBack(kind: StatementKind, sql: string, outcome: Outcome, reply: Reply): Promise<void> {
    const { agenda, locks } = this.database;
    this.lastActivity = agenda.now;
    if ('error' in outcome) {
      reply.reject(outcome.error);
      // What a transaction held is free when it fails, not only when it is rolled back.
      if (this.limits !== null) await locks.review();
    } else {
      reply.resolve(outcome.result);
      if (outcome.result.affected > 0) for (const [, table] of sql.matchAll(WRITE)) this.written.add(table!);
    }
    if (kind === 'begin') this.arm(limitsIn(sql));
    else if (kind !== 'statement') this.disarm();
    if (kind !== 'begin' && this.limits === null) await this.ended(kind, sql);
  }

  /** A transaction, or a statement outside one, is over: its locks are free, and others may see what it wrote. */
  private async ended(kind: StatementKind, sql: string): Promise<void> {
    const written = kind === 'rollback' ? new Set<string>() : this.written;
    this.written = new Set();
    await this.database.ended(this.life, sql, written);
    if (this.released && this.server !== null && this.lost === null) this.leave();
  }

  private async giveUpWaiting(error: Error): Promise<void> {
    const { statement, refuse } = this.waiting!;
    this.waiting = null;
    await this.database.locks.cancel(statement);
    this.lastActivity = this.database.agenda.now;
    this.database.noteGivenUp(error);
    refuse(error);
    await this.database.locks.review();
  }

  private arm(limits: Limits): void {
    this.limits = limits;
    const { agenda } = this.database;
    this.watches.push(
      agenda.in(limits.transactionMs, () => this.kill(failure('25P04', 'transaction timeout'))),
    );
    const idle = async (): Promise<void> => {
      const idleFor = agenda.now - this.lastActivity;
      if (this.waiting === null && idleFor >= limits.idleMs)
        return this.kill(failure('25P03', 'idle-in-transaction timeout'));
      this.watches.push(agenda.in(Math.max(1, limits.idleMs - idleFor), idle));
    };
    this.watches.push(agenda.in(limits.idleMs, idle));
  }

  private disarm(): void {
    this.limits = null;
    for (const watch of this.watches.splice(0)) watch.canceled = true;
  }

  private async attach(): Promise<ServerSession> {
    const server = await this.database.sessions.take();
    this.database.connections.add(this);
    return server;
  }

  private leave(): void {
    this.database.connections.delete(this);
    this.database.sessions.giveBack(this.server!);
    this.server = null;
  }
}

interface Reply {
  resolve(result: Result): void;
  reject(error: Error): void;
}

const WRITE = /\b(?:INSERT INTO|UPDATE|DELETE FROM) ([a-z_]+)/g;

const LOST_REPLY: Reply = { resolve: () => undefined, reject: () => undefined };

function limitsIn(sql: string): Limits {
  const read = (name: string) => Number(new RegExp(`${name}(?:' ?,| =) '?(\\d+)`).exec(sql)?.[1] ?? 0);
  return {
    lockMs: read('lock_timeout'),
    idleMs: read('idle_in_transaction_session_timeout'),
    transactionMs: read('transaction_timeout'),
  };
}

/** The connections of one process behind the face that `Database` expects of TypeORM. */
export function dataSourceOf(database: SimulatedDatabase, life: Life): DataSource {
  return { createQueryRunner: () => new Connection(database, life) } as unknown as DataSource;
}
