import { CommandBus, type Command } from '@nestjs/cqrs';
import { CloseFinishedCampaignsCommand } from '../../src/campaign/contracts/commands.js';
import { OnCampaignPolicyChanged } from '../../src/contact/recall-deferred/on-campaign-policy-changed.subscriber.js';
import { CampaignPolicyChanged } from '../../src/campaign/contracts/events.js';
import { ClaimNextContactCommand } from '../../src/scheduler/claim-next-contact/claim-next-contact.command.js';
import { SettingsRows } from '../../src/scheduler/settings-rows.js';
import { SettleStrandedContactsCommand } from '../../src/scheduler/settle-stranded-contacts/settle-stranded-contacts.command.js';
import { Clock } from '../../src/shared/clock/clock.js';
import { Stopwatch } from '../../src/shared/clock/stopwatch.js';
import { ApiDatabase, DiallingDatabase, WebhookDatabase } from '../../src/shared/db/database.js';
import { Environment } from '../../src/shared/environment/environment.js';
import { CommittedEvent } from '../../src/shared/event-log/committed-event.js';
import type { DomainEvent } from '../../src/shared/event-log/domain-event.js';
import { EventRelay } from '../../src/shared/event-log/event-relay.js';
import { Sequencer } from '../../src/shared/event-log/sequencer.js';
import { IdGenerator } from '../../src/shared/ids/id-generator.js';
import { Dialler } from '../../src/telephony/dial/dialler.js';
import {
  LookUpCallsCommand,
  RecoverCallsCommand,
} from '../../src/telephony/recovery/recover-calls.command.js';
import { OnDiallingRefused } from '../../src/telephony/give-back/on-dialling-refused.handler.js';
import { TelephonyPort } from '../../src/telephony/telephony-port.js';
import { WebhookTurns } from '../../src/telephony/webhooks/webhook-turns.js';
import { Life } from '../kernel/life.js';
import { SeededIds, VirtualClock, VirtualStopwatch } from '../kernel/virtual-time.js';
import { SimulatedPort } from '../carrier/port.js';
import { dataSourceOf } from '../database/connection.js';
import type { World } from '../world.js';
import { buildEngine } from './engine.js';
import type { ObjectGraph } from './object-graph.js';

/** A worker process: the real engine, run by ticks of virtual time, crashing and starting again. */
export class Worker {
  life!: Life;
  private engine!: ObjectGraph;
  private lives = 0;

  constructor(
    private readonly world: World,
    private readonly name: string,
  ) {}

  /** Starts a life: new objects, new connections, nothing remembered. */
  start(options: { mayFail?: boolean; ticks?: boolean } = {}): void {
    const { agenda, chance } = this.world;
    this.life = new Life(`${this.name}.${++this.lives}`, options.mayFail ?? true);
    const { life } = this;
    const environment = Object.assign(
      Object.create(Environment.prototype) as Environment,
      this.world.environment,
      {
        WORKER_NAME: life.name,
      },
    );
    const published = { publish: (events: DomainEvent[]) => this.published(events) };
    const dataSource = dataSourceOf(this.world.database, life);
    this.engine = buildEngine([
      [Environment, environment],
      [ApiDatabase, new ApiDatabase(dataSource, published)],
      [DiallingDatabase, new DiallingDatabase(dataSource, published)],
      [WebhookDatabase, new WebhookDatabase(dataSource, published)],
      [Clock, new VirtualClock(agenda)],
      [Stopwatch, new VirtualStopwatch(agenda, life)],
      [IdGenerator, new SeededIds(agenda, chance.fork('ids', life.name))],
      [
        TelephonyPort,
        new SimulatedPort(
          agenda,
          life,
          this.world.exchange,
          this.world.faults,
          chance.fork('port', life.name),
          chance,
        ),
      ],
    ]);
    if (options.ticks === false) return;
    this.tick('claim', () => this.execute(new ClaimNextContactCommand()), 2);
    this.tick('recover', () => this.recover(), 2);
    this.tick('look up', () => this.execute(new LookUpCallsCommand()), 3);
    this.tick('close', () => this.execute(new CloseFinishedCampaignsCommand()), 5);
    this.tick('settle', () => this.execute(new SettleStrandedContactsCommand()), 10);
    this.tick('log', () => this.relay(), 8);
  }

  /** What an application does at its first start: the global limits become a row. */
  async furnish(): Promise<void> {
    await this.engine.get(SettingsRows).onModuleInit();
  }

  execute<T>(command: Command<T>): Promise<T> {
    return this.engine.get(CommandBus).execute(command);
  }

  get turns(): WebhookTurns {
    return this.engine.get(WebhookTurns);
  }

  /** The process is killed: nothing of it goes on. */
  crash(halfOpen: boolean): void {
    this.life.ended = true;
    this.world.trace.add(this.world.agenda.now, this.life.name, 'crashed');
    const { life, world } = this;
    world.agenda.in(0, () => world.database.abandon(life, halfOpen));
    world.agenda.in(world.chance.between(500, 30_000), () => this.start());
  }

  freeze(ms: number): void {
    this.life.frozenUntil = Math.max(this.life.frozenUntil, this.world.agenda.now + ms);
    this.world.trace.add(this.world.agenda.now, this.life.name, 'frozen', String(Math.round(ms)));
  }

  /** SIGTERM: what was not offered is given back, requests in flight are awaited, then the process ends. */
  shutDown(): void {
    const { life } = this;
    this.world.trace.add(this.world.agenda.now, life.name, 'shuts down');
    void this.engine
      .get(Dialler)
      .beforeApplicationShutdown()
      .catch((error: unknown) => this.noteError('shutdown', error))
      .then(() => {
        if (!life.ended) this.crash(false);
      });
  }

  noteError(where: string, error: unknown): void {
    this.world.noteError(`${this.life.name} ${where}`, error);
  }

  private published(events: DomainEvent[]): void {
    this.world.noteActivity();
    // Who listens to the in-memory bus in a real process; such reactions may be lost.
    for (const listener of [this.engine.get(Dialler), this.engine.get(OnDiallingRefused)]) {
      for (const event of events) listener.handle(new CommittedEvent(event));
    }
  }

  private async recover(): Promise<void> {
    const { toDial } = await this.execute(new RecoverCallsCommand());
    for (const { id, campaignId } of toDial) this.engine.get(Dialler).add(id, campaignId);
  }

  private async relay(): Promise<void> {
    await this.engine.get(Sequencer).sequence();
    const subscription = { name: 'recall-deferred', types: [CampaignPolicyChanged.type] };
    await this.engine.get(EventRelay).deliver(subscription, this.engine.get(OnCampaignPolicyChanged));
  }

  /** Again and again while this life lasts, never overlapping with itself; seldom while nothing happens. */
  private tick(name: string, work: () => Promise<unknown>, pace: number): void {
    const { agenda } = this.world;
    const { life } = this;
    const run = async (): Promise<void> => {
      await work().catch((error: unknown) => this.noteError(name, error));
      agenda.in(this.world.pause() * pace, begin, life);
    };
    // Not awaited: a step only sets it going, and the steps that follow carry it on.
    const begin = () => void run();
    agenda.in(this.world.chance.between(0, 1_000), begin, life);
  }
}
