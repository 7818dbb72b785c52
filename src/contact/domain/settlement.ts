import type { ContactState, Disposition } from '../contracts/contact-state.js';

/** What a finished interview does not overrule: the operator took the person out, or no call was ever placed. */
const NEVER_OVERRULED: ReadonlySet<Disposition> = new Set<Disposition>(['withdrawn', 'not_placed']);

/**
 * May this settlement follow? `completed` and `refused` are never left. A final `not_reached` yields to a refusal,
 * which is the person's own word, and to a finished interview, which is better evidence than any signal of a carrier;
 * a person who was withdrawn stays withdrawn.
 */
export function maySettle(
  contact: { state: ContactState; disposition: Disposition | null; nextAttemptAt: Date | null },
  to: 'completed' | 'refused' | 'not_reached',
): boolean {
  if (contact.state === 'in_progress') return true;
  if (contact.state !== 'not_reached' || to === 'not_reached') return false;
  if (contact.nextAttemptAt !== null || to === 'refused') return true;
  return contact.disposition === null || !NEVER_OVERRULED.has(contact.disposition);
}
