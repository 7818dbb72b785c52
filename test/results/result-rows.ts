import type { ContactState, Disposition } from '../../src/contact/contracts/contact-state.js';
import type { Tx } from '../../src/shared/db/tx.js';
import type { AnswerValue } from '../../src/survey/contracts/survey-definition.js';
import type { CallOutcome, CallStatus } from '../../src/telephony/contracts/call-attempt.js';
import { SequentialIds } from '../support/sequential-ids.js';

export const AT = '2026-11-22T08:00:00.000Z';

export interface RowCall {
  outcome?: CallOutcome;
  status?: CallStatus;
  correctedFrom?: CallOutcome;
  errorCode?: string;
  fax?: boolean;
}

export interface RowContact {
  state: ContactState;
  disposition?: Disposition;
  nextAttemptAt?: string;
  name?: string;
  isTest?: boolean;
  calls?: RowCall[];
  interview?: { consented?: boolean; answers: Record<string, AnswerValue> };
  /** An interview of an earlier run of the campaign. */
  superseded?: { answers: Record<string, AnswerValue> };
}

const DEFINITION = {
  introduction: 'Hello, this is Acme Research, calling for Acme Stores.',
  questions: [
    { key: 'satisfaction', type: 'scale', text: 'How satisfied are you?', min: 1, max: 5 },
    { key: 'recommend', type: 'yes_no', text: 'Would you recommend us?' },
    { key: 'visits', type: 'numeric', text: 'How many visits?', min: 0, max: 99 },
  ],
};

/** Writes the rows of a campaign directly: results are computed from rows, whoever wrote them. */
export class ResultRows {
  private readonly ids = new SequentialIds();
  private phone = 2_025_550_100;

  constructor(private readonly tx: Tx) {}

  async campaign(status: 'running' | 'completed', carrier = 'simulator'): Promise<string> {
    const [campaignId, surveyId] = [this.ids.next(), this.ids.next()];
    await this.tx.execute(
      `INSERT INTO campaigns (id, name, status, language, policy, survey_id, carrier, created_at, started_at, completed_at)
       VALUES ($1, 'Acme', $2, 'en-US', '{}', $3, $4, $5, $5, CASE WHEN $2 = 'completed' THEN $5::timestamptz END)`,
      [campaignId, status, surveyId, carrier, AT],
    );
    await this.tx.execute(
      `INSERT INTO surveys (id, campaign_id, version, language, definition, created_at) VALUES ($1, $2, 3, 'en-US', $3, $4)`,
      [surveyId, campaignId, DEFINITION, AT],
    );
    return campaignId;
  }

  async contact(campaignId: string, contact: RowContact): Promise<string> {
    const id = this.ids.next();
    const due = contact.state === 'pending' ? AT : null;
    const phone = `+1${this.phone++}`;
    await this.tx.execute(
      `INSERT INTO contacts (id, campaign_id, phone_number, name, state, disposition, attempts_count, next_attempt_at,
                             state_before_claim, is_test, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CASE WHEN $5 = 'in_progress' THEN 'pending' END, $9, $10)`,
      [
        id,
        campaignId,
        phone,
        contact.name ?? null,
        contact.state,
        contact.disposition ?? null,
        contact.calls?.length ?? 0,
        contact.nextAttemptAt ?? due,
        contact.isTest ?? false,
        AT,
      ],
    );
    for (const [index, call] of (contact.calls ?? []).entries()) {
      await this.call({ campaignId, contactId: id, phone, number: index + 1, call });
    }
    if (contact.interview) await this.interview(campaignId, id, contact.interview, false);
    if (contact.superseded) await this.interview(campaignId, id, contact.superseded, true);
    return id;
  }

  private async call(made: {
    campaignId: string;
    contactId: string;
    phone: string;
    number: number;
    call: RowCall;
  }): Promise<void> {
    const id = this.ids.next();
    const { outcome, status = outcome ? 'ended' : 'ringing', correctedFrom, errorCode, fax } = made.call;
    await this.tx.execute(
      `INSERT INTO call_attempts (id, contact_id, campaign_id, attempt_number, phone_number, carrier, status, outcome,
                                  corrected_from, error_code, claimed_at, dial_slot_at, ended_at)
       VALUES ($1, $2, $3, $4, $5, 'simulator', $6, $7, $8, $9, $10, $10,
               CASE WHEN $6 = 'ended' THEN $10::timestamptz END)`,
      [
        id,
        made.contactId,
        made.campaignId,
        made.number,
        made.phone,
        status,
        outcome ?? null,
        correctedFrom ?? null,
        errorCode ?? null,
        AT,
      ],
    );
    if (!fax) return;
    await this.tx.execute(
      `INSERT INTO call_events (attempt_id, kind, source, dedupe_key, payload, received_at)
       VALUES ($1, 'signal', 'webhook', 'signal', '{"kind": "completed", "answeredBy": "fax"}', $2)`,
      [id, AT],
    );
  }

  private async interview(
    campaignId: string,
    contactId: string,
    interview: { consented?: boolean; answers: Record<string, AnswerValue> },
    superseded: boolean,
  ): Promise<void> {
    const id = this.ids.next();
    await this.tx.execute(
      `INSERT INTO interviews (id, campaign_id, contact_id, survey_id, progress, consented_at, started_at, superseded_at)
       SELECT $1, $2, $3, survey_id, '{"calls": {}}', CASE WHEN $4 THEN $5::timestamptz END, $5,
              CASE WHEN $6 THEN $5::timestamptz END
         FROM campaigns WHERE id = $2`,
      [id, campaignId, contactId, interview.consented ?? true, AT, superseded],
    );
    for (const [key, value] of Object.entries(interview.answers)) {
      await this.tx.execute(
        `INSERT INTO answers (id, interview_id, campaign_id, question_key, question_type, value, input_mode, raw_input, answered_at)
         VALUES ($1, $2, $3, $4, 'any', $5::jsonb, 'dtmf', '1', $6)`,
        [this.ids.next(), id, campaignId, key, JSON.stringify(value), AT],
      );
    }
  }
}
