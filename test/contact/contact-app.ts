import { Global, Module } from '@nestjs/common';
import { CommandHandler, CqrsModule, type ICommandHandler } from '@nestjs/cqrs';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { vi } from 'vitest';
import { CampaignRows } from '../../src/campaign/campaign-rows.js';
import { Campaigns } from '../../src/campaign/contracts/campaigns.js';
import { ContactModule } from '../../src/contact/contact.module.js';
import type { ImportView } from '../../src/contact/rows/import.queries.js';
import { Interviews } from '../../src/survey/contracts/interviews.js';
import { InterviewRows } from '../../src/survey/rows/interview-rows.js';
import { CallAttempts } from '../../src/telephony/contracts/call-attempts.js';
import { HangUpCallsCommand } from '../../src/telephony/contracts/commands.js';
import { CallAttemptRows } from '../../src/telephony/rows/call-attempt-rows.js';
import { openRoomApp } from '../http/room-app.js';
import { TestClock } from '../support/test-clock.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';

export const NOW = '2026-11-22T09:00:00Z';

/** What the carrier was asked to end; the room of telephony is not part of these tests. */
export const hungUp: HangUpCallsCommand['which'][] = [];

@CommandHandler(HangUpCallsCommand)
class HangUpCallsRecorder implements ICommandHandler<HangUpCallsCommand> {
  execute({ which }: HangUpCallsCommand): Promise<{ asked: number }> {
    hungUp.push(which);
    return Promise.resolve({ asked: 0 });
  }
}

@Global()
@Module({
  providers: [
    { provide: Campaigns, useClass: CampaignRows },
    { provide: CallAttempts, useClass: CallAttemptRows },
    { provide: Interviews, useClass: InterviewRows },
    HangUpCallsRecorder,
  ],
  exports: [Campaigns, CallAttempts, Interviews],
})
class NeighboursModule {}

/** The contact room over HTTP, with the real campaign rows. */
export class ContactApp {
  private constructor(
    readonly database: TestDatabase,
    readonly clock: TestClock,
    private readonly app: NestFastifyApplication,
    private readonly url: string,
  ) {}

  static async open(): Promise<ContactApp> {
    const database = await openTestDatabase();
    const clock = new TestClock(NOW);
    const app = await openRoomApp({
      database,
      clock,
      imports: [CqrsModule.forRoot(), NeighboursModule, ContactModule],
    });
    return new ContactApp(database, clock, app, await app.getUrl());
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.database.close();
  }

  async request<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: T }> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as T };
  }

  async upload<T = Record<string, unknown>>(
    path: string,
    file: string | Uint8Array,
    field = 'file',
  ): Promise<{ status: number; body: T }> {
    const form = new FormData();
    form.append(field, new Blob([Buffer.from(file)]), 'people.csv');
    const response = await fetch(`${this.url}/api/v1${path}`, { method: 'POST', body: form });
    return { status: response.status, body: (await response.json()) as T };
  }

  /** Uploads a file that is taken, and gives the import as it ended. */
  async import(campaignId: string, file: string | Uint8Array, query = ''): Promise<ImportView> {
    const started = await this.upload<ImportView>(`/campaigns/${campaignId}/imports${query}`, file);
    if (started.status !== 202) throw new Error(JSON.stringify(started.body));
    return this.ended(started.body.id);
  }

  async ended(importId: string): Promise<ImportView> {
    return vi.waitFor(
      async () => {
        const { body } = await this.request<ImportView>('GET', `/imports/${importId}`);
        if (body.finishedAt === null) throw new Error(`the import is ${body.status} at ${body.total}`);
        return body;
      },
      { timeout: 30_000, interval: 20 },
    );
  }

  async numbers(campaignId: string): Promise<string[]> {
    const rows = await this.database.api.rows<{ n: string }>(
      `SELECT phone_number AS n FROM contacts WHERE campaign_id = $1 ORDER BY n`,
      [campaignId],
    );
    return rows.map((row) => row.n);
  }
}
