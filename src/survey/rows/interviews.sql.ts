import type { Tx } from '../../shared/db/tx.js';
import type { AnswerValue, SurveyDefinition } from '../contracts/survey-definition.js';
import type { InterviewState } from '../domain/interview-state.js';
import { withEmptyTexts } from './surveys.sql.js';

/** `interviews.progress`: where each call of the interview stands, by attempt id. */
export interface InterviewProgress {
  calls: Record<string, InterviewState>;
}

export interface Refusal {
  neverAgain: boolean;
  attemptId: string;
  /** The keys that refused, as they came. */
  keys: string;
}

export interface CurrentInterview {
  id: string;
  campaignId: string;
  contactId: string;
  /** The call that leads the interview; null after its attempt was deleted. */
  attemptId: string | null;
  status: 'open' | 'completed' | 'refused';
  progress: InterviewProgress;
  refusal: Refusal | null;
  version: number;
  language: string;
  survey: SurveyDefinition;
}

/** The contact's interview that no reset has superseded, locked FOR UPDATE. */
export async function lockCurrentInterview(tx: Tx, contactId: string): Promise<CurrentInterview | undefined> {
  const row = await tx.row<CurrentInterview>(
    `SELECT i.id, i.campaign_id AS "campaignId", i.contact_id AS "contactId", i.attempt_id AS "attemptId", i.status,
            i.progress, i.refusal, i.version, s.language, s.definition AS survey
       FROM interviews i JOIN surveys s ON s.id = i.survey_id
      WHERE i.contact_id = $1 AND i.superseded_at IS NULL
        FOR UPDATE OF i`,
    [contactId],
  );
  return row === undefined ? undefined : { ...row, survey: withEmptyTexts(row.survey) };
}

export async function answeredKeys(tx: Tx, interviewId: string): Promise<string[]> {
  const rows = await tx.rows<{ key: string }>(
    `SELECT question_key AS key FROM answers WHERE interview_id = $1 ORDER BY answered_at, id`,
    [interviewId],
  );
  return rows.map(({ key }) => key);
}

/** Version 1 of an interview; a second current one of the same contact violates a unique index. */
export async function insertInterview(
  tx: Tx,
  interview: {
    id: string;
    campaignId: string;
    contactId: string;
    surveyId: string;
    attemptId: string;
    progress: InterviewProgress;
    at: Date;
  },
): Promise<void> {
  await tx.execute(
    `INSERT INTO interviews (id, campaign_id, contact_id, survey_id, attempt_id, progress, started_at, version)
     VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, 1)`,
    [
      interview.id,
      interview.campaignId,
      interview.contactId,
      interview.surveyId,
      interview.attemptId,
      JSON.stringify(interview.progress),
      interview.at,
    ],
  );
}

/** What a turn leaves in the row; `null` leaves a column as it is. */
export interface InterviewMove {
  attemptId: string;
  progress: InterviewProgress;
  version: number;
  status: 'open' | 'completed' | 'refused';
  consentedAt: Date | null;
  refusal: Refusal | null;
  finishedAt: Date | null;
}

/** Moves an open interview on; false when it is finished, superseded, or no longer at the version that was read. */
export async function moveInterviewIfCurrent(
  tx: Tx,
  read: { id: string; version: number },
  move: InterviewMove,
): Promise<boolean> {
  const moved = await tx.execute(
    `UPDATE interviews
        SET attempt_id = $3, progress = $4::jsonb, version = $5, status = $6,
            consented_at = COALESCE(consented_at, $7::timestamptz), refusal = $8::jsonb, finished_at = $9
      WHERE id = $1 AND version = $2 AND status = 'open' AND superseded_at IS NULL`,
    [
      read.id,
      read.version,
      move.attemptId,
      JSON.stringify(move.progress),
      move.version,
      move.status,
      move.consentedAt,
      move.refusal === null ? null : JSON.stringify(move.refusal),
      move.finishedAt,
    ],
  );
  return moved === 1;
}

/** A second answer to the same question of an interview violates a unique index. */
export async function insertAnswer(
  tx: Tx,
  answer: {
    id: string;
    interviewId: string;
    campaignId: string;
    attemptId: string;
    key: string;
    questionType: string;
    value: AnswerValue;
    inputMode: 'dtmf' | 'speech';
    rawInput: string;
    at: Date;
  },
): Promise<void> {
  await tx.execute(
    `INSERT INTO answers
       (id, interview_id, campaign_id, attempt_id, question_key, question_type, value, input_mode, raw_input, answered_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9, $10)`,
    [
      answer.id,
      answer.interviewId,
      answer.campaignId,
      answer.attemptId,
      answer.key,
      answer.questionType,
      JSON.stringify(answer.value),
      answer.inputMode,
      answer.rawInput,
      answer.at,
    ],
  );
}

/** What `evidence` is weighed from, read without a lock. */
export async function readInterviewAnswers(
  tx: Tx,
  contactId: string,
): Promise<
  | {
      status: 'open' | 'completed' | 'refused';
      consented: boolean;
      survey: SurveyDefinition;
      answeredKeys: string[];
    }
  | undefined
> {
  const row = await tx.row<{
    status: 'open' | 'completed' | 'refused';
    consented: boolean;
    survey: SurveyDefinition;
    answeredKeys: string[];
  }>(
    `SELECT i.status, i.consented_at IS NOT NULL AS consented, s.definition AS survey,
            ARRAY(SELECT a.question_key FROM answers a WHERE a.interview_id = i.id) AS "answeredKeys"
       FROM interviews i JOIN surveys s ON s.id = i.survey_id
      WHERE i.contact_id = $1 AND i.superseded_at IS NULL`,
    [contactId],
  );
  return row === undefined ? undefined : { ...row, survey: withEmptyTexts(row.survey) };
}
