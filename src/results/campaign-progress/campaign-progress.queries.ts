import type { CampaignStatus } from '../../campaign/contracts/campaigns.js';
import type { ContactState } from '../../contact/contracts/contact-state.js';
import type { Tx } from '../../shared/db/tx.js';
import type { CallOutcome, CallStatus } from '../../telephony/contracts/call-attempt.js';

export interface ProgressRows {
  campaignId: string;
  name: string;
  status: CampaignStatus;
  closing: boolean;
  carrier: string | null;
  startedAt: Date | null;
  completedAt: Date | null;
  nextAttemptAt: Date | null;
  contacts: { state: ContactState; due: boolean; contacts: number }[];
  calls: { status: CallStatus; outcome: CallOutcome | null; lineDown: boolean; calls: number }[];
}

/**
 * One statement, so that the figures are of one moment: `in_progress` contacts and live calls agree. Walks the
 * campaign's contacts and calls by index. Contacts of test calls are few; leaving their calls out is one hashed list.
 */
export async function readProgress(tx: Tx, campaignId: string): Promise<ProgressRows | undefined> {
  return tx.row<ProgressRows>(
    `SELECT c.id AS "campaignId", c.name, c.status, c.carrier, c.started_at AS "startedAt",
            c.closing_at IS NOT NULL AND c.status <> 'completed' AS closing, c.completed_at AS "completedAt",
            (SELECT min(next_attempt_at) FROM contacts
              WHERE campaign_id = $1 AND state IN ('pending', 'not_reached') AND next_attempt_at IS NOT NULL
                AND NOT is_test) AS "nextAttemptAt",
            (SELECT coalesce(jsonb_agg(alike), '[]')
               FROM (SELECT state, next_attempt_at IS NOT NULL AS due, count(*) AS contacts
                       FROM contacts WHERE campaign_id = $1 AND NOT is_test GROUP BY 1, 2) AS alike) AS contacts,
            (SELECT coalesce(jsonb_agg(alike), '[]')
               FROM (SELECT status, outcome, carrier_ended_at IS NOT NULL AS "lineDown", count(*) AS calls
                       FROM call_attempts
                      WHERE campaign_id = $1
                        AND contact_id NOT IN (SELECT id FROM contacts WHERE campaign_id = $1 AND is_test)
                      GROUP BY 1, 2, 3) AS alike) AS calls
       FROM campaigns c WHERE c.id = $1`,
    [campaignId],
  );
}
