import { PauseCampaignCommand } from '../src/campaign/pause-campaign/pause-campaign.command.js';
import { ResumeCampaignCommand } from '../src/campaign/resume-campaign/resume-campaign.command.js';
import { SuppressNumberCommand } from '../src/contact/suppress-number/suppress-number.command.js';
import { WithdrawContactCommand } from '../src/contact/withdraw-contact/withdraw-contact.command.js';
import { ChangeSettingsCommand } from '../src/scheduler/change-settings/change-settings.command.js';
import {
  ResumeDiallingCommand,
  StopDiallingCommand,
} from '../src/scheduler/stop-dialling/stop-dialling.command.js';
import { databaseIsUnavailable } from '../src/shared/http/database-unavailable.js';
import type { Command } from '@nestjs/cqrs';
import type { World } from './world.js';

/** An order that was acknowledged, and from when to when it forbids a call. */
export interface Ban {
  campaignId: string | null;
  phoneNumber: string | null;
  from: number;
  to: number;
}

/** Operators who interfere at bad moments, and who are told the truth: what was acknowledged must hold. */
export class Operators {
  readonly bans: Ban[] = [];
  /** By campaign id, or null for all: when it was last said to go on, and how many such orders are still under way. */
  private readonly resumes = new Map<string | null, { orderedAt: number; open: number }>();

  constructor(
    private readonly world: World,
    private readonly campaignIds: string[],
    private readonly phoneNumbers: string[],
  ) {}

  /** Does one thing now. */
  async interfere(kind: 'pause' | 'stop' | 'limits' | 'suppression' | 'withdrawal'): Promise<void> {
    const { chance } = this.world;
    const until = chance.between(20_000, 7_200_000);
    if (kind === 'pause') this.pause(chance.pick(this.campaignIds), until);
    else if (kind === 'stop') this.stop(until);
    else if (kind === 'limits') this.lowerLimits(until);
    else if (kind === 'suppression') this.suppress(this.someNumber());
    else await this.withdraw();
  }

  /** At the worst moment for a call: what was read of it does not hold any more. */
  forbid({ campaignId, phoneNumber }: { campaignId: string; phoneNumber: string | null }): void {
    const { chance } = this.world;
    const until = chance.between(20_000, 1_200_000);
    const kind = chance.pick(['pause', 'stop', 'limits', 'suppression'] as const);
    if (kind === 'suppression' && phoneNumber !== null) this.suppress(phoneNumber);
    else if (kind === 'stop') this.stop(until);
    else if (kind === 'limits') this.lowerLimits(until);
    else this.pause(campaignId, until);
  }

  /** Nothing stays forbidden; repeated until it is acknowledged. */
  resumeAll(): void {
    for (const id of [...this.campaignIds, null]) this.resume(id, true);
    this.order(new ChangeSettingsCommand(this.world.limits), () => undefined, true);
  }

  private pause(campaignId: string, until: number): void {
    const orderedAt = this.world.agenda.now;
    this.order(new PauseCampaignCommand(campaignId, this.world.chance.happens(0.4)), () => {
      this.banUntilResumed(campaignId, orderedAt);
      this.world.agenda.in(until, () => this.resume(campaignId));
    });
  }

  private stop(until: number): void {
    const orderedAt = this.world.agenda.now;
    this.order(new StopDiallingCommand('simulated'), () => {
      this.banUntilResumed(null, orderedAt);
      this.world.agenda.in(until / 4, () => this.resume(null));
    });
  }

  private resume(campaignId: string | null, insist = false): void {
    const { now } = this.world.agenda;
    for (const ban of this.bans)
      if (ban.phoneNumber === null && ban.campaignId === campaignId) ban.to = Math.min(ban.to, now);
    const resumes = this.resumes.get(campaignId) ?? { orderedAt: now, open: 0 };
    this.resumes.set(campaignId, resumes);
    resumes.orderedAt = now;
    resumes.open++;
    const command = campaignId === null ? new ResumeDiallingCommand() : new ResumeCampaignCommand(campaignId);
    this.order(
      command,
      () => undefined,
      insist,
      () => resumes.open--,
    );
  }

  /** Forbidden from now on, unless somebody has said meanwhile that it may go on: which of the two came last nobody knows. */
  private banUntilResumed(campaignId: string | null, orderedAt: number): void {
    const resumes = this.resumes.get(campaignId);
    if (resumes !== undefined && (resumes.open > 0 || resumes.orderedAt >= orderedAt)) return;
    this.ban({ campaignId, phoneNumber: null });
  }

  private lowerLimits(until: number): void {
    const { chance, limits } = this.world;
    this.order(new ChangeSettingsCommand({ maxConcurrentCalls: chance.integer(1, 3) }), () =>
      this.world.agenda.in(until, () => this.order(new ChangeSettingsCommand(limits), () => undefined)),
    );
  }

  private suppress(phoneNumber: string): void {
    this.order(new SuppressNumberCommand(phoneNumber, null, 'simulated'), () =>
      this.ban({ campaignId: null, phoneNumber }),
    );
  }

  private async withdraw(): Promise<void> {
    const { records } = await this.world.sessions.watcher.query(
      `SELECT id FROM contacts WHERE state IN ('pending', 'in_progress', 'not_reached') ORDER BY id`,
    );
    const ids = (records as { id: string }[]).map(({ id }) => id);
    if (ids.length > 0) this.order(new WithdrawContactCommand(this.world.chance.pick(ids)), () => undefined);
  }

  /** A number in a call when there is one: that is when it hurts. */
  private someNumber(): string {
    const live = this.world.exchange.live().map(({ request }) => request.to);
    return this.world.chance.pick(live.length > 0 ? live : this.phoneNumbers);
  }

  private ban(what: Pick<Ban, 'campaignId' | 'phoneNumber'>): void {
    this.bans.push({ ...what, from: this.world.agenda.now, to: Number.POSITIVE_INFINITY });
  }

  /** `settled`: it was carried out or refused, and nothing of it is still to come. */
  private order(
    command: Command<unknown>,
    acknowledged: () => void,
    insist = false,
    settled: () => void = () => undefined,
  ): void {
    const { world } = this;
    const worker = world.chance.pick(world.workers);
    const { life } = worker;
    const again = () => {
      if (insist) world.agenda.in(5_000, () => this.order(command, acknowledged, true, settled));
    };
    if (life.ended) {
      if (!insist) settled();
      return again();
    }
    world.trace.add(world.agenda.now, 'operator', command.constructor.name, JSON.stringify(command));
    const watchdog = insist ? world.agenda.in(60_000, again) : null;
    const give = async (): Promise<void> => {
      try {
        await worker.execute(command);
        world.agenda.in(1, acknowledged, life);
        settled();
      } catch (error) {
        world.noteError('operator', error);
        if (insist && databaseIsUnavailable(error)) again();
        else settled();
      } finally {
        if (watchdog !== null) watchdog.canceled = true;
      }
    };
    world.agenda.in(0, () => void give(), life);
  }
}
