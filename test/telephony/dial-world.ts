import { CommandBus } from '@nestjs/cqrs';
import pg from 'pg';
import type { PeopleConfig } from '../../src/carrier-simulator/phone/person.js';
import { PlaceCallCommand, type PlaceCallReport } from '../../src/telephony/dial/place-call.command.js';
import { RecoverCallsCommand } from '../../src/telephony/recovery/recover-calls.command.js';
import { makeCampaign, OPEN_POLICY, phone } from '../support/campaigns.js';
import { type Installation, startInstallation } from '../support/installation.js';
import { waitFor } from '../support/wait-for.js';

export interface AttemptView {
  id: string;
  status: string;
  outcome: string | null;
  offers: number;
  dial_result: string | null;
  provider_call_id: string | null;
  dialing_at: Date | null;
  dial_slot_at: Date | null;
  not_before: Date | null;
  empty_lookups: number;
  version: number;
}

/**
 * An installation whose scheduler is off: nobody is claimed, dialled or recovered but by the test, one step at a time.
 * Phones ring for two minutes, so that calls stay where the test has put them.
 */
export class DialWorld {
  private numbers = 0;
  private readonly connections: pg.Client[] = [];

  private constructor(readonly on: Installation) {}

  static async open(
    environment: Record<string, string> = {},
    people: PeopleConfig = { mix: { noAnswer: 1 } as never },
  ): Promise<DialWorld> {
    return new DialWorld(
      await startInstallation({
        people,
        speed: 1,
        environment: { SCHEDULER_ENABLED: 'false', ...environment },
      }),
    );
  }

  async close(): Promise<void> {
    for (const connection of this.connections) await connection.end();
    await this.on.stop();
  }

  number(): string {
    return phone(this.numbers++);
  }

  get commands(): CommandBus {
    return this.on.app.get(CommandBus);
  }

  /** A started campaign with these people. */
  campaign(numbers: string[], policy: Record<string, unknown> = {}, change = {}): Promise<string> {
    return makeCampaign(this.on, numbers, {
      change: { policy: { ...OPEN_POLICY, ringSeconds: 120, ...policy }, ...change },
    });
  }

  async contact(number: string, campaignId?: string): Promise<string> {
    const row = await this.on.database.api.row<{ id: string }>(
      `SELECT id FROM contacts WHERE phone_number = $1 AND ($2::uuid IS NULL OR campaign_id = $2)`,
      [number, campaignId ?? null],
    );
    return row!.id;
  }

  /** The rows that a claim by another worker leaves; the id of the attempt. */
  async claimed(contactId: string, claimedBy = 'another worker'): Promise<string> {
    const at = await this.on.clock.now();
    return this.on.database.dialling.transaction(async (tx) => {
      await tx.rows(
        `UPDATE contacts SET state = 'in_progress', state_before_claim = state, next_attempt_at = NULL,
                attempts_count = attempts_count + 1, last_attempt_at = $2, version = version + 1 WHERE id = $1 RETURNING id`,
        [contactId, at],
      );
      const row = await tx.row<{ id: string }>(
        `INSERT INTO call_attempts (id, contact_id, campaign_id, attempt_number, phone_number, carrier, claimed_by, claimed_at)
         SELECT gen_random_uuid(), id, campaign_id, attempts_count, phone_number, 'simulator', $2, $3
           FROM contacts WHERE id = $1 RETURNING id`,
        [contactId, claimedBy, at],
      );
      return row!.id;
    });
  }

  /** A campaign of one person, claimed. */
  async onePerson(policy: Record<string, unknown> = {}) {
    const number = this.number();
    const campaignId = await this.campaign([number], policy);
    const contactId = await this.contact(number);
    return { number, campaignId, contactId, attemptId: await this.claimed(contactId) };
  }

  place(attemptId: string): Promise<PlaceCallReport> {
    return this.commands.execute(new PlaceCallCommand(attemptId));
  }

  /** Dials until the carrier has the call: on a slow machine a dial may miss its slot, and is then made again. */
  async offered(attemptId: string): Promise<string> {
    return waitFor('the carrier to have the call', async () => {
      const report = await this.place(attemptId);
      if (report.kind === 'wait' || report.kind === 'requeued') this.on.clock.advance(report.waitMs);
      return (await this.attempt(attemptId)).provider_call_id;
    });
  }

  /** Recovers until the attempt has ended: a callback still being written holds its row, and recovery passes over such a row. */
  settled(attemptId: string): Promise<AttemptView> {
    return waitFor('the attempt to be settled', async () => {
      await this.commands.execute(new RecoverCallsCommand());
      const attempt = await this.attempt(attemptId);
      if (attempt.status === 'ended') return attempt;
      // Past the lease of a recovery that was held up.
      this.on.clock.advance(21_000);
      return null;
    });
  }

  async attempt(id: string): Promise<AttemptView> {
    return (await this.on.database.api.row<AttemptView>(`SELECT * FROM call_attempts WHERE id = $1`, [id]))!;
  }

  /** How often the carrier was asked for this attempt. */
  creates(attemptId: string): number {
    return this.on.carrier.calls().filter((call) => call.statusCallback!.includes(attemptId)).length;
  }

  /** A connection of the test's own that holds something in an open transaction until it is released. */
  async hold(sql: string, parameters: unknown[] = []): Promise<Barrier> {
    const connection = new pg.Client({ connectionString: this.on.database.url });
    await connection.connect();
    this.connections.push(connection);
    await connection.query('BEGIN');
    await connection.query(sql, parameters);
    const { rows } = await connection.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    return {
      blocks: (count = 1) =>
        waitFor(`${count} to wait for what is held`, async () => {
          const waiting = await this.on.database.api.rows(
            `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND $1 = ANY (pg_blocking_pids(pid))`,
            [rows[0]!.pid],
          );
          return waiting.length >= count;
        }),
      release: async (end = 'COMMIT') => {
        await connection.query(end);
      },
    };
  }

  /** Whether somebody stands in front of the dial gate before `work` is done. */
  async waitsAtTheGate(work: Promise<unknown>): Promise<boolean> {
    let done = false;
    const watched = work.then(
      () => (done = true),
      () => (done = true),
    );
    const standing = await waitFor('the gate or the end', async () => {
      if (done) return 'done';
      const waiting = await this.on.database.api.rows(
        `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = 8880 AND objid = 2 AND NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      return waiting.length > 0 ? 'waiting' : null;
    });
    if (standing === 'done') await watched;
    return standing === 'waiting';
  }
}

export interface Barrier {
  /** Waits until so many transactions wait for it. */
  blocks(count?: number): Promise<unknown>;
  release(end?: 'COMMIT' | 'ROLLBACK'): Promise<void>;
}
