import type { CallingPolicy } from '../src/campaign/contracts/calling-policy.js';
import { EditCampaignCommand } from '../src/campaign/edit-campaign/edit-campaign.command.js';
import { PauseCampaignCommand } from '../src/campaign/pause-campaign/pause-campaign.command.js';
import { ResumeCampaignCommand } from '../src/campaign/resume-campaign/resume-campaign.command.js';
import { LiftSuppressionCommand } from '../src/contact/lift-suppression/lift-suppression.command.js';
import { SuppressNumberCommand } from '../src/contact/suppress-number/suppress-number.command.js';
import { WithdrawContactCommand } from '../src/contact/withdraw-contact/withdraw-contact.command.js';
import { ChangeSettingsCommand } from '../src/scheduler/change-settings/change-settings.command.js';
import {
  ResumeDiallingCommand,
  StopDiallingCommand,
} from '../src/scheduler/stop-dialling/stop-dialling.command.js';
import { databaseIsUnavailable } from '../src/shared/http/database-unavailable.js';
import type { Command } from '@nestjs/cqrs';
import { Bans } from './bans.js';
import { OPERATOR } from './checks/expected-errors.js';
import type { World } from './world.js';

export type Interference = 'pause' | 'stop' | 'limits' | 'suppression' | 'lifting' | 'policy' | 'withdrawal';

type Narrowed = Pick<CallingPolicy, 'maxConcurrentCalls' | 'callingWindow'>;

/** Hours in which a campaign may be told to call only. */
const NARROW = [
  { from: '09:00', to: '11:00' },
  { from: '12:00', to: '12:45' },
  { from: '16:30', to: '20:00' },
];

/** Operators who interfere at bad moments, and who are told the truth: what was acknowledged must hold. */
export class Operators {
  readonly bans: Bans;
  /** When somebody first wanted to take out a contact, acknowledged or not. */
  readonly withdrawn = new Map<string, number>();

  constructor(
    private readonly world: World,
    private readonly policies: ReadonlyMap<string, CallingPolicy>,
    private readonly phoneNumbers: string[],
  ) {
    this.bans = new Bans(world.agenda);
  }

  private get campaignIds(): string[] {
    return [...this.policies.keys()];
  }

  /** Does one thing now; false when there is nothing it could be done to. */
  async interfere(kind: Interference): Promise<boolean> {
    const { chance } = this.world;
    const until = chance.between(20_000, 7_200_000);
    if (kind === 'pause') this.pause(chance.pick(this.campaignIds), until);
    else if (kind === 'stop') this.stop(until);
    else if (kind === 'limits') this.lowerLimits(until);
    else if (kind === 'suppression') this.suppress(this.someNumber());
    else if (kind === 'policy') this.narrow(chance.pick(this.campaignIds), until);
    else if (kind === 'lifting') return this.lift();
    else return this.withdraw();
    return true;
  }

  /** At the worst moment for a call: what was read of it does not hold any more. */
  forbid({ campaignId, phoneNumber }: { campaignId: string; phoneNumber: string | null }): void {
    const { chance } = this.world;
    const until = chance.between(20_000, 1_200_000);
    const kind = chance.pick(['pause', 'stop', 'limits', 'suppression', 'policy'] as const);
    if (kind === 'suppression' && phoneNumber !== null) this.suppress(phoneNumber);
    else if (kind === 'stop') this.stop(until);
    else if (kind === 'limits') this.lowerLimits(until);
    else if (kind === 'policy') this.narrow(campaignId, until);
    else this.pause(campaignId, until);
  }

  /** Nothing stays forbidden; repeated until it is acknowledged. */
  resumeAll(): void {
    for (const id of [...this.campaignIds, null]) this.resume(id, true);
    this.order(new ChangeSettingsCommand(this.world.limits), () => undefined, true);
    for (const [id, policy] of this.policies) this.edit(id, policy, () => undefined, true);
  }

  private pause(campaignId: string, until: number): void {
    const orderedAt = this.world.agenda.now;
    this.order(new PauseCampaignCommand(campaignId, this.world.chance.happens(0.4)), () => {
      this.bans.begin({ campaignId, phoneNumber: null }, orderedAt);
      this.world.agenda.in(until, () => this.resume(campaignId));
    });
  }

  private stop(until: number): void {
    const orderedAt = this.world.agenda.now;
    this.order(new StopDiallingCommand('simulated'), () => {
      this.bans.begin({ campaignId: null, phoneNumber: null }, orderedAt);
      this.world.agenda.in(until / 4, () => this.resume(null));
    });
  }

  private resume(campaignId: string | null, insist = false): void {
    const settled = this.bans.lift({ campaignId, phoneNumber: null });
    const command = campaignId === null ? new ResumeDiallingCommand() : new ResumeCampaignCommand(campaignId);
    this.order(command, () => undefined, insist, settled);
  }

  /** Fewer calls at once and fewer hours; later as it was. */
  private narrow(campaignId: string, until: number): void {
    const { chance } = this.world;
    const policy = this.policies.get(campaignId)!;
    const callingWindow = { ...policy.callingWindow, ...chance.pick(NARROW) };
    this.edit(campaignId, { maxConcurrentCalls: chance.integer(1, 2), callingWindow }, () =>
      this.world.agenda.in(until, () => this.edit(campaignId, policy, () => undefined)),
    );
  }

  private edit(
    campaignId: string,
    { maxConcurrentCalls, callingWindow }: Narrowed,
    done: () => void,
    insist = false,
  ): void {
    const policy = { maxConcurrentCalls, callingWindow };
    this.order(new EditCampaignCommand(campaignId, { policy }), done, insist);
  }

  /** Of the numbers that an operator has put on the list, never of somebody who has asked for it. */
  private async lift(): Promise<boolean> {
    const { records } = await this.world.sessions.watcher.query(
      `SELECT id, phone_number AS "phoneNumber" FROM suppressions WHERE source = 'operator' ORDER BY phone_number`,
    );
    const listed = records as { id: string; phoneNumber: string }[];
    if (listed.length === 0) return false;
    const { id, phoneNumber } = this.world.chance.pick(listed);
    const settled = this.bans.lift({ campaignId: null, phoneNumber });
    this.order(new LiftSuppressionCommand(id), () => undefined, false, settled);
    return true;
  }

  private lowerLimits(until: number): void {
    const { chance, limits } = this.world;
    this.order(new ChangeSettingsCommand({ maxConcurrentCalls: chance.integer(1, 3) }), () =>
      this.world.agenda.in(until, () => this.order(new ChangeSettingsCommand(limits), () => undefined)),
    );
  }

  private suppress(phoneNumber: string): void {
    const orderedAt = this.world.agenda.now;
    this.order(new SuppressNumberCommand(phoneNumber, null, 'simulated'), () =>
      this.bans.begin({ campaignId: null, phoneNumber }, orderedAt),
    );
  }

  private async withdraw(): Promise<boolean> {
    const { records } = await this.world.sessions.watcher.query(
      `SELECT id FROM contacts WHERE state IN ('pending', 'in_progress', 'not_reached') ORDER BY id`,
    );
    const ids = (records as { id: string }[]).map(({ id }) => id);
    if (ids.length === 0) return false;
    const contactId = this.world.chance.pick(ids);
    if (!this.withdrawn.has(contactId)) this.withdrawn.set(contactId, this.world.agenda.now);
    this.order(new WithdrawContactCommand(contactId), () => undefined);
    return true;
  }

  /** A number in a call when there is one: that is when it hurts. */
  private someNumber(): string {
    const live = this.world.exchange.live().map(({ request }) => request.to);
    return this.world.chance.pick(live.length > 0 ? live : this.phoneNumbers);
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
    world.trace.add(world.agenda.now, OPERATOR, command.constructor.name, JSON.stringify(command));
    const watchdog = insist ? world.agenda.in(60_000, again) : null;
    const give = async (): Promise<void> => {
      try {
        await worker.execute(command);
        world.agenda.in(1, acknowledged, life);
        settled();
      } catch (error) {
        world.noteError(OPERATOR, error);
        if (insist && databaseIsUnavailable(error)) again();
        else settled();
      } finally {
        if (watchdog !== null) watchdog.canceled = true;
      }
    };
    world.agenda.in(0, () => void give(), life);
  }
}
