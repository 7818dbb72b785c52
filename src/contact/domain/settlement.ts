import type { ContactState, Disposition } from '../contracts/contact-state.js';

/**
 * Dispositions that rest on what a carrier told, or on a stop from outside while the person was speaking: what the
 * person answered in that call, arriving late, is the better evidence.
 */
const OVERRULED_BY_A_FINISHED_INTERVIEW: ReadonlySet<Disposition> = new Set<Disposition>([
  'hung_up',
  'partial',
  'no_response',
  'lost',
  'exhausted',
  'suppressed',
]);

/**
 * May this settlement follow? `completed` and `refused` are never left. A final `not_reached` yields to a refusal,
 * which is the person's own word, and to a finished interview where it was only a guess from the carrier's signals;
 * a person who was withdrawn stays withdrawn.
 */
export function maySettle(
  contact: { state: ContactState; disposition: Disposition | null; nextAttemptAt: Date | null },
  to: 'completed' | 'refused' | 'not_reached',
): boolean {
  if (contact.state === 'in_progress') return true;
  if (contact.state !== 'not_reached' || to === 'not_reached') return false;
  if (contact.nextAttemptAt !== null || to === 'refused') return true;
  return contact.disposition !== null && OVERRULED_BY_A_FINISHED_INTERVIEW.has(contact.disposition);
}
