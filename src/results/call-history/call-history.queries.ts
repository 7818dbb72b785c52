import type { Database } from '../../shared/db/database.js';
import type { CallAttemptDto } from './call-attempt.dto.js';

/** Oldest first; undefined when there is no such contact. */
export async function attemptsOfContact(
  database: Pick<Database, 'rows'>,
  contactId: string,
): Promise<CallAttemptDto[] | undefined> {
  const found = await database.rows(`SELECT 1 FROM contacts WHERE id = $1`, [contactId]);
  if (found.length === 0) return undefined;
  return database.rows<CallAttemptDto>(
    `SELECT id, contact_id AS "contactId", attempt_number AS "attemptNumber", phone_number AS "phoneNumber", status, outcome,
            corrected_from AS "correctedFrom", dial_result AS "dialResult", provider_call_id AS "providerCallId",
            error_code AS "errorCode", claimed_at AS "claimedAt", dialing_at AS "dialingAt", answered_at AS "answeredAt",
            ended_at AS "endedAt"
       FROM call_attempts WHERE contact_id = $1 ORDER BY attempt_number`,
    [contactId],
  );
}
