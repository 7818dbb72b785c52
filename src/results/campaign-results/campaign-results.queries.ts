import type { CampaignStatus } from '../../campaign/contracts/campaigns.js';
import type { ContactState, Disposition } from '../../contact/contracts/contact-state.js';
import type { Tx } from '../../shared/db/tx.js';
import type { SurveyDefinition } from '../../survey/contracts/survey-definition.js';
import type { CallOutcome } from '../../telephony/contracts/call-attempt.js';
import type { AlikeContacts } from '../domain/case-tally.js';
import type { AnswerCount, AnswerFigures } from '../domain/question-results.js';

/** The most frequent values of one question that are listed; numeric ones may have thousands. */
const VALUES_LISTED = 200;

export interface ResultRows {
  campaignId: string;
  name: string;
  status: CampaignStatus;
  carrier: string | null;
  surveyVersion: number | null;
  surveyLanguage: string | null;
  definition: Partial<SurveyDefinition> | null;
  standings: { state: ContactState; disposition: Disposition | null; open: boolean; contacts: number }[];
  cases: AlikeContacts[];
  calls: { outcome: CallOutcome; calls: number }[];
  counts: AnswerCount[];
  figures: AnswerFigures[];
}

/**
 * Everything the results of a campaign rest on, in one statement and so of one moment. Contacts of test calls and
 * interviews that a reset superseded are left out; contacts of which the same is known are counted together, so the
 * answer stays small whatever the size of the campaign.
 */
export async function readResults(tx: Tx, campaignId: string): Promise<ResultRows | undefined> {
  return tx.row<ResultRows>(
    `WITH shown_call AS (
       SELECT contact_id, outcome,
              CASE WHEN outcome IN ('failed', 'not_placed') THEN error_code END AS error_code,
              outcome = 'machine' AND EXISTS (
                SELECT 1 FROM call_events e WHERE e.attempt_id = a.id AND e.payload ->> 'answeredBy' = 'fax') AS fax
         FROM call_attempts a
        WHERE campaign_id = $1 AND status = 'ended'
          AND contact_id NOT IN (SELECT id FROM contacts WHERE campaign_id = $1 AND is_test)),
     of_contact AS (
       SELECT contact_id,
              jsonb_agg(DISTINCT jsonb_build_object('outcome', outcome, 'errorCode', error_code, 'fax', fax)) AS calls
         FROM shown_call WHERE outcome <> 'canceled' GROUP BY contact_id),
     contact AS (
       SELECT c.state, c.disposition, c.name IS NOT NULL AS named,
              c.state IN ('pending', 'in_progress') OR c.next_attempt_at IS NOT NULL AS open,
              i.consented_at IS NOT NULL AS consented,
              EXISTS (SELECT 1 FROM answers WHERE interview_id = i.id) AS answered,
              coalesce(o.calls, '[]') AS calls
         FROM contacts c
         LEFT JOIN of_contact o ON o.contact_id = c.id
         LEFT JOIN interviews i ON i.contact_id = c.id AND i.superseded_at IS NULL
        WHERE c.campaign_id = $1 AND NOT c.is_test),
     answer AS (
       SELECT a.question_key AS key, a.value, count(*) AS answers
         FROM answers a
         JOIN interviews i ON i.id = a.interview_id AND i.superseded_at IS NULL
         JOIN contacts c ON c.id = i.contact_id AND NOT c.is_test
        WHERE a.campaign_id = $1
        GROUP BY 1, 2),
     -- CASE keeps the cast away from values that are no numbers.
     valued AS (
       SELECT *, CASE WHEN jsonb_typeof(value) = 'number' THEN value::numeric END AS number FROM answer)
     SELECT c.id AS "campaignId", c.name, c.status, c.carrier, s.version AS "surveyVersion",
            s.language AS "surveyLanguage", s.definition,
            (SELECT coalesce(jsonb_agg(alike), '[]')
               FROM (SELECT state, disposition, open, count(*) AS contacts
                       FROM contact GROUP BY 1, 2, 3 ORDER BY 1, 2, 3) AS alike) AS standings,
            (SELECT coalesce(jsonb_agg(alike), '[]')
               FROM (SELECT state, disposition, named, open, consented, answered, calls, count(*) AS contacts
                       FROM contact GROUP BY 1, 2, 3, 4, 5, 6, 7) AS alike) AS cases,
            (SELECT coalesce(jsonb_agg(alike), '[]')
               FROM (SELECT outcome, count(*) AS calls FROM shown_call GROUP BY 1) AS alike) AS calls,
            (SELECT coalesce(jsonb_agg(jsonb_build_object('key', key, 'value', value, 'answers', answers)), '[]')
               FROM (SELECT *, row_number() OVER (PARTITION BY key ORDER BY answers DESC, value) AS place
                       FROM valued) AS ranked
              WHERE place <= ${VALUES_LISTED}) AS counts,
            (SELECT coalesce(jsonb_agg(figure), '[]')
               FROM (SELECT key, sum(answers) AS answered, min(number) AS min, max(number) AS max,
                            sum(number * answers) / nullif(sum(answers) FILTER (WHERE number IS NOT NULL), 0) AS mean
                       FROM valued GROUP BY key) AS figure) AS figures
       FROM campaigns c LEFT JOIN surveys s ON s.id = c.survey_id
      WHERE c.id = $1`,
    [campaignId],
  );
}
