import type { Tx } from '../../shared/db/tx.js';
import type { CallsToHangUp } from '../contracts/call-attempts.js';
import type { HangUpCallsCommand } from '../contracts/commands.js';

/** The carrier has the call, or may have it, and has not said that the line is down. */
const ON_THE_LINE = `status IN ('dialing', 'ringing', 'in_progress') AND carrier_ended_at IS NULL`;

export interface CallToHangUp {
  id: string;
  contactId: string;
  /** null while the create request has not been answered: the call is ended as soon as its id is known. */
  providerCallId: string | null;
}

const COLUMNS = `id, contact_id AS "contactId", provider_call_id AS "providerCallId"`;

/** Read without a lock; what is done with them looks again. */
export function callsToHangUp(tx: Pick<Tx, 'rows'>, which: CallsToHangUp): Promise<CallToHangUp[]> {
  const { condition, parameters } = conditionOf(which);
  return tx.rows(
    `SELECT ${COLUMNS} FROM call_attempts WHERE ${ON_THE_LINE} AND ${condition} ORDER BY id`,
    parameters,
  );
}

/** Calls with a known id whose hang-up was noted. */
export function callsAskedToHangUp(
  database: Pick<Tx, 'rows'>,
  which: HangUpCallsCommand['which'],
): Promise<(CallToHangUp & { providerCallId: string })[]> {
  const { condition, parameters } = conditionOf(which);
  return database.rows(
    `SELECT ${COLUMNS} FROM call_attempts
      WHERE ${ON_THE_LINE} AND hang_up_asked_at IS NOT NULL AND provider_call_id IS NOT NULL AND ${condition} ORDER BY id`,
    parameters,
  );
}

/** The first asking counts. No event and no version: the call has not changed yet. Returns how many it was noted on. */
export function noteHangUpIfOnTheLine(tx: Tx, attemptIds: string[], at: Date): Promise<number> {
  return tx.execute(
    `WITH live AS MATERIALIZED (
       SELECT id FROM call_attempts WHERE id = ANY ($1::uuid[]) AND ${ON_THE_LINE} ORDER BY id FOR UPDATE)
     UPDATE call_attempts a SET hang_up_asked_at = COALESCE(a.hang_up_asked_at, $2) FROM live WHERE a.id = live.id`,
    [attemptIds, at],
  );
}

function conditionOf(which: CallsToHangUp | HangUpCallsCommand['which']): {
  condition: string;
  parameters: unknown[];
} {
  if (which === 'all') return { condition: 'true', parameters: [] };
  if ('campaignId' in which) return { condition: 'campaign_id = $1', parameters: [which.campaignId] };
  if ('contactId' in which) return { condition: 'contact_id = $1', parameters: [which.contactId] };
  if ('phoneNumber' in which) return { condition: 'phone_number = $1', parameters: [which.phoneNumber] };
  return {
    condition: 'phone_number = ANY ($1::text[]) AND contact_id IS DISTINCT FROM $2::uuid',
    parameters: [which.phoneNumbers, which.exceptContactId],
  };
}
