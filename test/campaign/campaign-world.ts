import type { CommandBus, ICommand } from '@nestjs/cqrs';
import { CampaignQueries } from '../../src/campaign/campaign.queries.js';
import { CloneCampaignHandler } from '../../src/campaign/clone-campaign/clone-campaign.handler.js';
import { CloseFinishedCampaignsHandler } from '../../src/campaign/close-finished-campaigns/close-finished-campaigns.handler.js';
import { CompleteCampaignHandler } from '../../src/campaign/complete-campaign/complete-campaign.handler.js';
import { CloseFinishedCampaignsCommand } from '../../src/campaign/contracts/commands.js';
import { CreateCampaignCommand } from '../../src/campaign/create-campaign/create-campaign.command.js';
import { CreateCampaignHandler } from '../../src/campaign/create-campaign/create-campaign.handler.js';
import { EditCampaignCommand } from '../../src/campaign/edit-campaign/edit-campaign.command.js';
import { EditCampaignHandler } from '../../src/campaign/edit-campaign/edit-campaign.handler.js';
import { LaunchChecks } from '../../src/campaign/launch-checks.js';
import { PauseCampaignHandler } from '../../src/campaign/pause-campaign/pause-campaign.handler.js';
import { PreflightQueries } from '../../src/campaign/preflight/preflight.queries.js';
import { ReopenCampaignHandler } from '../../src/campaign/reopen-campaign/reopen-campaign.handler.js';
import { ResumeCampaignHandler } from '../../src/campaign/resume-campaign/resume-campaign.handler.js';
import { StartCampaignCommand } from '../../src/campaign/start-campaign/start-campaign.command.js';
import { StartCampaignHandler } from '../../src/campaign/start-campaign/start-campaign.handler.js';
import { TestCampaignHandler } from '../../src/campaign/test-campaign/test-campaign.handler.js';
import { ContactRows } from '../../src/contact/rows/contact-rows.js';
import { CampaignLoadQueries } from '../../src/scheduler/campaign-load.queries.js';
import { DomainError } from '../../src/shared/errors/domain-error.js';
import { SurveyRows } from '../../src/survey/rows/survey-rows.js';
import { CarrierIdentity } from '../../src/telephony/contracts/call-attempt.js';
import { CallAttemptRows } from '../../src/telephony/rows/call-attempt-rows.js';
import { testEnvironment } from '../http/test-environment.js';
import { SequentialIds } from '../support/sequential-ids.js';
import { TestClock } from '../support/test-clock.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Monday, 10:00 in New York: inside the default window and the legal hours. */
export const START = '2026-11-23T15:00:00Z';

export const SURVEY = {
  introduction: 'Hello, this is Larkfield Research. You can reach us at 202 555 0100.',
  questions: [{ key: 'recommend', type: 'yes_no', text: 'Would you recommend us?' }],
  closing: 'Thank you.',
};

class TestCarrier extends CarrierIdentity {
  constructor(
    readonly carrier: string,
    readonly defaultCallerId: string | null,
  ) {
    super();
  }
}

/** The handlers of the campaign room on a database of their own, on the carrier given. */
export class CampaignWorld {
  readonly clock = new TestClock(START);
  readonly ids = new SequentialIds();
  /** Commands that the handlers sent to other rooms. */
  readonly sent: ICommand[] = [];
  private readonly surveys = new SurveyRows(this.ids);
  readonly contacts = new ContactRows(this.ids);
  private readonly load = new CampaignLoadQueries(testEnvironment());
  private lastNumber = 0;

  static async open(): Promise<CampaignWorld> {
    return new CampaignWorld(await openTestDatabase());
  }

  constructor(readonly db: TestDatabase) {}

  close(): Promise<void> {
    return this.db.close();
  }

  handlers(carrier = 'simulator', defaultCallerId: string | null = null) {
    const { api, dialling } = this.db;
    const { clock, ids, surveys, contacts, load } = this;
    const identity = new TestCarrier(carrier, defaultCallerId);
    const checks = new LaunchChecks(surveys, load, identity);
    const bus = {
      execute: async (command: ICommand) => {
        this.sent.push(command);
        return { attemptId: 'attempt', contactId: 'contact' };
      },
    } as unknown as CommandBus;
    return {
      create: new CreateCampaignHandler(api, clock, ids, surveys),
      edit: new EditCampaignHandler(api, clock, surveys),
      clone: new CloneCampaignHandler(api, clock, ids, surveys),
      start: new StartCampaignHandler(api, clock, checks, identity),
      pause: new PauseCampaignHandler(api, clock, bus, new CallAttemptRows(contacts)),
      resume: new ResumeCampaignHandler(api, clock, identity),
      complete: new CompleteCampaignHandler(api, clock),
      reopen: new ReopenCampaignHandler(api, clock),
      closeFinished: new CloseFinishedCampaignsHandler(dialling, clock, contacts, load),
      testCall: new TestCampaignHandler(api, checks, identity, bus),
      campaigns: new CampaignQueries(api, surveys),
      preflight: new PreflightQueries(api, clock, checks),
    };
  }

  create(body: object = {}): Promise<string> {
    const ready = {
      name: 'Customer satisfaction',
      defaultTimezone: 'America/New_York',
      callerId: '+12025550199',
      survey: SURVEY,
    };
    return this.handlers().create.execute(new CreateCampaignCommand({ ...ready, ...body }));
  }

  edit(id: string, body: object): Promise<void> {
    return this.handlers().edit.execute(new EditCampaignCommand(id, body));
  }

  closeFinished(): Promise<{ completed: string[] }> {
    return this.handlers().closeFinished.execute(new CloseFinishedCampaignsCommand());
  }

  view(id: string) {
    return this.handlers().campaigns.one(id);
  }

  /** A campaign with one pending contact, started. */
  async started(body: object = {}): Promise<{ id: string; contactId: string }> {
    const id = await this.create(body);
    const contactId = await this.addContact(id);
    await this.handlers().start.execute(new StartCampaignCommand(id));
    return { id, contactId };
  }

  /** A number of its own, due since the beginning. */
  async addContact(
    campaignId: string,
    contact: { phoneNumber?: string; timezone?: string | null; isTest?: boolean } = {},
  ): Promise<string> {
    const id = this.ids.next();
    const phoneNumber = contact.phoneNumber ?? `+1202555${String(++this.lastNumber).padStart(4, '0')}`;
    await this.db.api.rows(
      `INSERT INTO contacts (id, campaign_id, phone_number, timezone, is_test, next_attempt_at, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $6)`,
      [id, campaignId, phoneNumber, contact.timezone ?? null, contact.isTest ?? false, START],
    );
    return id;
  }

  /** The rows a claim leaves: the contact in progress with a live attempt. */
  async putInCall(contactId: string): Promise<string> {
    const attemptId = this.ids.next();
    await this.db.api.rows(
      `UPDATE contacts SET state = 'in_progress', state_before_claim = state, next_attempt_at = NULL,
              attempts_count = 1, version = version + 1 WHERE id = $1`,
      [contactId],
    );
    await this.db.api.rows(
      `INSERT INTO call_attempts (id, contact_id, campaign_id, attempt_number, phone_number, carrier, status, claimed_at)
       SELECT $2, id, campaign_id, 1, phone_number, 'simulator', 'in_progress', $3 FROM contacts WHERE id = $1`,
      [contactId, attemptId, START],
    );
    return attemptId;
  }

  /** The rows a settlement leaves. */
  async endCall(attemptId: string): Promise<void> {
    await this.db.api.rows(
      `UPDATE call_attempts SET status = 'ended', outcome = 'completed', ended_at = $2 WHERE id = $1`,
      [attemptId, START],
    );
    await this.db.api.rows(
      `UPDATE contacts SET state = 'completed', state_before_claim = NULL, version = version + 1
        WHERE state = 'in_progress' AND id = (SELECT contact_id FROM call_attempts WHERE id = $1)`,
      [attemptId],
    );
  }

  async suppress(phoneNumber: string): Promise<void> {
    await this.db.api.rows(
      `INSERT INTO suppressions (id, phone_number, reason, source, created_at) VALUES ($1, $2, 'asked', 'operator', $3)`,
      [this.ids.next(), phoneNumber, START],
    );
  }

  contact(id: string) {
    return this.db.api.row<{ state: string; disposition: string | null; next_attempt_at: Date | null }>(
      `SELECT state, disposition, next_attempt_at FROM contacts WHERE id = $1`,
      [id],
    );
  }

  /** Type, version and payload of the campaign's events, in order. */
  async events(id: string): Promise<{ type: string; version: number; payload: Record<string, unknown> }[]> {
    return this.db.api.rows(
      `SELECT type, entity_version AS version, payload FROM domain_events
        WHERE entity_kind = 'campaign' AND entity_id = $1 ORDER BY id`,
      [id],
    );
  }
}

/** The refusal of some work, as code and `field: code` of each problem. */
export async function refusal(
  work: Promise<unknown>,
): Promise<{ code: string; message: string; problems: string[]; legal?: unknown }> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    const { problems = [], legal } = error.details;
    return {
      code: error.code,
      message: error.message,
      problems: problems.map(({ field, code }) => `${field}: ${code}`),
      legal,
    };
  }
  throw new Error('it was not refused');
}
