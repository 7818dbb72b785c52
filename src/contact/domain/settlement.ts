import type { ContactState, Disposition } from '../contracts/contact-state.js';
import { type ContactEvent, contactSteps } from './contact-machine.js';

/** What a finished interview does not overrule: the operator took the person out, or no call was ever placed. */
export const NEVER_OVERRULED: readonly (Disposition | null)[] = ['withdrawn', 'not_placed'];

type Settled = 'completed' | 'refused' | 'not_reached';

const EVENT: Record<Settled, ContactEvent> = {
  completed: 'complete',
  refused: 'refuse',
  not_reached: 'miss',
};

/**
 * May this settlement follow? `completed` and `refused` are never left. A final `not_reached` yields to a refusal,
 * which is the person's own word, and to a finished interview, which is better evidence than any signal of a carrier;
 * a person who was withdrawn stays withdrawn.
 */
export function maySettle(
  contact: { state: ContactState; disposition: Disposition | null; nextAttemptAt: Date | null },
  to: Settled,
): boolean {
  const step = contactSteps(contact.state, EVENT[to])[0];
  if (step === undefined) return false;
  if (step.guard !== 'not_overruled' || contact.nextAttemptAt !== null) return true;
  return !NEVER_OVERRULED.includes(contact.disposition);
}
