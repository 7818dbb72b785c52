import { IdGenerator } from '../../src/shared/ids/id-generator.js';
import type { TestDatabase } from '../support/test-database.js';
import type { InterviewCall } from '../../src/survey/contracts/interviews.js';
import type { SurveyDefinition } from '../../src/survey/contracts/survey-definition.js';
import { SurveyRows } from '../../src/survey/rows/survey-rows.js';

export const AT = new Date('2026-11-22T08:00:00Z');

export const SURVEY: SurveyDefinition = {
  introduction: 'Hello, this is Larkfield Research.',
  questions: [
    { key: 'satisfaction', type: 'scale', text: 'How satisfied?', min: 1, max: 5 },
    { key: 'recommend', type: 'yes_no', text: 'Would you recommend us?' },
    {
      key: 'channel',
      type: 'choice',
      text: 'Where do you shop?',
      required: false,
      options: [
        { value: 'store', label: 'a store' },
        { value: 'online', label: 'online' },
      ],
    },
    { key: 'visits', type: 'numeric', text: 'How many visits?', min: 0, max: 99 },
  ],
  closing: 'Thank you.',
};

export async function addCampaign(db: TestDatabase, ids: IdGenerator): Promise<string> {
  const id = ids.next();
  await db.api.rows(
    `INSERT INTO campaigns (id, name, status, language, policy, carrier, created_at, started_at)
     VALUES ($1, 'Interviews', 'running', 'en-US', '{}', 'simulator', $2, $2)`,
    [id, AT],
  );
  return id;
}

let subscriber = 100;

/** A contact in a call: the rows that scheduler and telephony have written by the time somebody answers. */
export async function addCall(
  db: TestDatabase,
  ids: IdGenerator,
  campaignId: string,
  survey: { definition?: SurveyDefinition; language?: string; contactLanguage?: string } = {},
): Promise<InterviewCall> {
  const { surveyId } = await db.api.transaction((tx) =>
    new SurveyRows(ids).write(tx, {
      campaignId,
      language: survey.language ?? 'en-US',
      definition: survey.definition ?? SURVEY,
      at: AT,
    }),
  );
  const contactId = ids.next();
  const phoneNumber = `+1202555${String(++subscriber).padStart(4, '0')}`;
  await db.api.rows(
    `INSERT INTO contacts (id, campaign_id, phone_number, state, state_before_claim, attempts_count, created_at)
     VALUES ($1, $2, $3, 'in_progress', 'pending', 1, $4)`,
    [contactId, campaignId, phoneNumber, AT],
  );
  const attemptId = await addAttempt(db, ids, { contactId, campaignId, phoneNumber, number: 1 });
  return { attemptId, contactId, campaignId, surveyId, language: survey.contactLanguage ?? null };
}

/** The contact is called a second time, after its first call has ended. */
export async function addNextCall(
  db: TestDatabase,
  ids: IdGenerator,
  call: InterviewCall,
): Promise<InterviewCall> {
  await db.api.rows(
    `UPDATE call_attempts SET status = 'ended', outcome = 'hung_up', ended_at = $2 WHERE id = $1`,
    [call.attemptId, AT],
  );
  const contact = await db.api.row<{ phoneNumber: string }>(
    `SELECT phone_number AS "phoneNumber" FROM contacts WHERE id = $1`,
    [call.contactId],
  );
  return { ...call, attemptId: await addAttempt(db, ids, { ...call, ...contact!, number: 2 }) };
}

async function addAttempt(
  db: TestDatabase,
  ids: IdGenerator,
  attempt: { contactId: string; campaignId: string; phoneNumber: string; number: number },
): Promise<string> {
  const id = ids.next();
  await db.api.rows(
    `INSERT INTO call_attempts
       (id, contact_id, campaign_id, attempt_number, phone_number, carrier, status, dial_result, claimed_at)
     VALUES ($1, $2, $3, $4, $5, 'simulator', 'in_progress', 'accepted', $6)`,
    [id, attempt.contactId, attempt.campaignId, attempt.number, attempt.phoneNumber, AT],
  );
  return id;
}
