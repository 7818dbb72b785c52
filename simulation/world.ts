import { Logger } from '@nestjs/common';
import type { Environment } from '../src/shared/environment/environment.js';
import { sqlState } from '../src/shared/db/database.js';
import { UnreliableDeliveries } from './carrier/deliveries.js';
import { Exchange } from './carrier/exchange.js';
import { JudgedLog } from './checks/judged-log.js';
import { isExpected } from './checks/expected-errors.js';
import { checkStep } from './checks/step-checks.js';
import { checkEnd } from './checks/end-checks.js';
import type { ServerSessions } from './database/server-sessions.js';
import { SimulatedDatabase } from './database/simulated-database.js';
import { Faults } from './faults.js';
import { Agenda } from './kernel/agenda.js';
import { Chance } from './kernel/chance.js';
import type { Life } from './kernel/life.js';
import { Trace } from './kernel/trace.js';
import { finalStates, hashEvents, policiesOf, type RunOptions, type RunReport } from './run-report.js';
import { Operators } from './operators.js';
import { beginning, prepare, simulatedEnvironment } from './setting.js';
import { Weather } from './weather.js';
import { Worker } from './worker/worker.js';

const DAY_MS = 86_400_000;
/** Trouble ends after so many faults or days: from then on everything must come to rest by itself. */
const ENOUGH_FAULTS = 160;
const LONGEST_TROUBLE_MS = 4 * DAY_MS;
/** Retries of three attempts over a weekend and holidays end long before. */
const LONGEST_RUN_MS = 45 * DAY_MS;

/** One seeded run: the engine, its database, its carrier, its operators and all that befalls them. */
export class World {
  readonly chance: Chance;
  readonly trace = new Trace();
  readonly faults: Faults;
  readonly agenda: Agenda;
  readonly exchange: Exchange;
  readonly deliveries: UnreliableDeliveries;
  readonly database: SimulatedDatabase;
  readonly environment: Environment;
  readonly workers: Worker[] = [];
  readonly violations: string[] = [];
  readonly limits: { maxConcurrentCalls: number; callsPerSecond: number };
  operators!: Operators;
  private lastChange: number;
  private readonly startedAt: number;
  private over = false;

  constructor(
    private readonly options: RunOptions,
    readonly sessions: ServerSessions,
  ) {
    this.chance = new Chance(options.seed);
    this.startedAt = this.lastChange = beginning(this.chance.fork('beginning'));
    this.agenda = new Agenda(this.startedAt);
    this.faults = new Faults(this.chance.fork('faults'), options.faults);
    this.environment = simulatedEnvironment(this.chance.fork('environment'));
    this.limits = {
      maxConcurrentCalls: this.environment.MAX_CONCURRENT_CALLS,
      callsPerSecond: this.environment.CALLS_PER_SECOND,
    };
    this.exchange = new Exchange(this.agenda, this.chance, this.faults, this.trace, this.violations);
    this.deliveries = new UnreliableDeliveries(
      this.agenda,
      this.chance.fork('deliveries'),
      this.faults,
      this.violations,
      () => this.workers,
    );
    this.exchange.deliveries = this.deliveries;
    this.database = new SimulatedDatabase(this.agenda, sessions, this.faults, this.chance.fork('database'), {
      committed: (life, sql, tables) => this.committed(life, sql, tables),
      crash: (life) => this.workers.find((worker) => worker.life === life)?.crash(false),
    });
    if (options.tell !== undefined) this.trace.tellTo(options.tell);
  }

  async run(): Promise<RunReport> {
    Logger.overrideLogger(new JudgedLog((where, error) => this.noteError(where, error)));
    const setter = new Worker(this, 'setter');
    setter.start({ mayFail: false, ticks: false });
    await this.until(setter.furnish());
    const made = await this.until(prepare(setter, this.chance.fork('setting'), this.options));
    this.operators = new Operators(this, await policiesOf(this.sessions.watcher), made.phoneNumbers);
    for (let worker = 0; worker < this.options.workers; worker++) {
      this.workers.push(new Worker(this, `worker ${worker + 1}`));
      this.workers[worker]!.start();
    }
    this.faults.active = this.options.faults.size > 0;
    new Weather(this).begin();
    this.watch();
    while (!this.over && this.violations.length === 0) {
      if (!(await this.agenda.step())) break;
    }
    if (this.violations.length === 0) this.violations.push(...(await checkEnd(this)));
    const lateCalls = await hashEvents(this.sessions.watcher, this.trace);
    return this.report(lateCalls, await finalStates(this.sessions.watcher));
  }

  /** How long a tick waits now: a second or a few while something happens, longer and longer while nothing does. */
  pause(): number {
    const idleMs = this.agenda.now - this.lastChange;
    return this.chance.between(0.7, 1.3) * Math.min(Math.max(2.5 * idleMs, 3_000), 7_200_000);
  }

  noteActivity(): void {
    this.lastChange = this.agenda.now;
  }

  /** Errors of a broken world are expected, and what an operator is told; all others are found defects. */
  noteError(where: string, error: unknown): void {
    if (error instanceof AggregateError) {
      for (const each of error.errors) this.noteError(where, each);
      return;
    }
    const message = error instanceof Error ? error.message : String(error);
    this.trace.add(this.agenda.now, where, 'error', `${sqlState(error) ?? ''} ${message}`);
    if (!isExpected(where, error))
      this.violations.push(`${where}: ${error instanceof Error ? error.stack : message}`);
  }

  private async committed(life: Life, sql: string, tables: ReadonlySet<string>): Promise<void> {
    this.trace.add(this.agenda.now, life.name, sql.trim().slice(0, 40));
    if (this.workers.length > 0) this.violations.push(...(await checkStep(this.sessions.watcher, tables)));
  }

  /** Takes steps until a promise of the preparation has settled. */
  private async until<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const watched = work.finally(() => (settled = true));
    // Its first promises must have come to wait before there is a step to take.
    await new Promise((resolve) => setImmediate(resolve));
    while (!settled && (await this.agenda.step()));
    if (!settled) throw new Error('the preparation waits for nothing');
    return watched;
  }

  /** Ends the trouble in time, and the run when everything has come to rest. */
  private watch(): void {
    const look = async (): Promise<void> => {
      const elapsed = this.agenda.now - this.startedAt;
      const isRested = await this.isAtRest();
      if (this.faults.active && (this.faults.total >= ENOUGH_FAULTS || elapsed > LONGEST_TROUBLE_MS)) {
        this.calmDown();
      } else if (isRested) {
        if (this.faults.active) this.calmDown();
        else this.over = true;
      } else if (elapsed > LONGEST_RUN_MS) {
        this.violations.push('not everything has come to rest');
      }
      if (!this.over) this.agenda.in(Math.max(30_000, this.pause()), look);
    };
    this.agenda.in(30_000, look);
  }

  private calmDown(): void {
    this.trace.add(this.agenda.now, 'world', 'calms down');
    this.faults.active = false;
    this.exchange.isDown = this.exchange.isSuspended = false;
    this.database.restart();
    this.noteActivity();
    this.operators.resumeAll();
  }

  private async isAtRest(): Promise<boolean> {
    if (this.exchange.live().length > 0 || this.deliveries.outstanding > 0) return false;
    const { records } = await this.sessions.watcher.query(
      `SELECT (SELECT count(*) FROM campaigns WHERE status <> 'completed')
            + (SELECT count(*) FROM call_attempts WHERE status <> 'ended') AS open`,
    );
    return Number((records as { open: string }[])[0]!.open) === 0;
  }

  private report(lateCalls: number, final: Record<string, number>): RunReport {
    return {
      seed: this.options.seed,
      hash: this.trace.digest(),
      violations: this.violations,
      faults: this.faults.counts,
      faultCount: this.faults.total,
      contacts: this.options.contacts,
      calls: this.exchange.calls.size,
      lateCalls,
      final,
      steps: this.agenda.steps,
      virtualMs: this.agenda.now - this.startedAt,
      givenUp: this.database.givenUp,
      lastSteps: this.trace.last,
    };
  }
}
