import type { Tx } from '../../shared/db/tx.js';
import type { CallAttemptDto } from './call-attempt.dto.js';

export async function attemptsOfContact(tx: Tx, contactId: string): Promise<CallAttemptDto[]> {
  return tx.rows(
    `SELECT id, contact_id AS "contactId", attempt_number AS "attemptNumber", phone_number AS "phoneNumber", status, outcome,
            corrected_from AS "correctedFrom", dial_result AS "dialResult", provider_call_id AS "providerCallId",
            error_code AS "errorCode", claimed_at AS "claimedAt", dialing_at AS "dialingAt", answered_at AS "answeredAt",
            ended_at AS "endedAt"
       FROM call_attempts WHERE contact_id = $1 ORDER BY attempt_number`,
    [contactId],
  );
}
