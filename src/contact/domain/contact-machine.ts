import { type ContactState, type Disposition, DISPOSITIONS } from '../contracts/contact-state.js';

/**
 * What happens to a contact.
 * - `claim`: an attempt is opened for it.
 * - `give_back`: that attempt was never offered to the carrier.
 * - `complete`, `refuse`, `miss`: its call is settled; `miss` is every end without a finished interview.
 * - `dismiss`: taken out of the calling: suppressed, withdrawn, campaign over, exhausted.
 * - `reset`: the operator deletes the attempts and begins anew.
 */
export type ContactEvent = 'claim' | 'give_back' | 'complete' | 'refuse' | 'miss' | 'dismiss' | 'reset';
export const CONTACT_EVENTS: readonly ContactEvent[] = [
  'claim',
  'give_back',
  'complete',
  'refuse',
  'miss',
  'dismiss',
  'reset',
];

/** What must hold besides the state, in words. */
export const CONTACT_GUARDS = {
  due: 'it has a next attempt',
  from_there: 'it was claimed from there',
  not_overruled: 'it has a next attempt, or was neither `withdrawn` nor `not_placed`',
  no_attempt_left: 'none of its attempts is left, and the count is set to 0',
} as const;
export type ContactGuard = keyof typeof CONTACT_GUARDS;

export interface ContactStep {
  event: ContactEvent;
  from: ContactState;
  to: ContactState;
  guard: ContactGuard | null;
  /** Whether the contact has a next attempt afterwards; the retry plan says so where it is `planned`. */
  next: 'none' | 'set' | 'planned';
}

/** Reasons for not having been reached: of a call that ended so, or of none. */
const UNREACHED = DISPOSITIONS.filter((word) => !['completed', 'refused', 'opted_out'].includes(word));

/** The life of a contact; the trigger `contacts_guard` holds the same table. What is not here is illegal. */
export const CONTACT_MACHINE: readonly ContactStep[] = [
  { event: 'claim', from: 'pending', to: 'in_progress', guard: null, next: 'none' },
  { event: 'claim', from: 'not_reached', to: 'in_progress', guard: 'due', next: 'none' },
  { event: 'give_back', from: 'in_progress', to: 'pending', guard: 'from_there', next: 'set' },
  { event: 'give_back', from: 'in_progress', to: 'not_reached', guard: 'from_there', next: 'set' },
  { event: 'complete', from: 'in_progress', to: 'completed', guard: null, next: 'none' },
  { event: 'complete', from: 'not_reached', to: 'completed', guard: 'not_overruled', next: 'none' },
  { event: 'refuse', from: 'in_progress', to: 'refused', guard: null, next: 'none' },
  { event: 'refuse', from: 'not_reached', to: 'refused', guard: null, next: 'none' },
  { event: 'miss', from: 'in_progress', to: 'not_reached', guard: null, next: 'planned' },
  { event: 'dismiss', from: 'pending', to: 'not_reached', guard: null, next: 'none' },
  { event: 'dismiss', from: 'in_progress', to: 'not_reached', guard: null, next: 'none' },
  { event: 'dismiss', from: 'not_reached', to: 'not_reached', guard: 'due', next: 'none' },
  { event: 'reset', from: 'pending', to: 'pending', guard: 'no_attempt_left', next: 'set' },
  { event: 'reset', from: 'in_progress', to: 'pending', guard: 'no_attempt_left', next: 'set' },
  { event: 'reset', from: 'completed', to: 'pending', guard: 'no_attempt_left', next: 'set' },
  { event: 'reset', from: 'refused', to: 'pending', guard: 'no_attempt_left', next: 'set' },
  { event: 'reset', from: 'not_reached', to: 'pending', guard: 'no_attempt_left', next: 'set' },
];

/** The steps an event can take from a state; none means that it is illegal there. */
export function contactSteps(from: ContactState, event: ContactEvent): ContactStep[] {
  return CONTACT_MACHINE.filter((step) => step.from === from && step.event === event);
}

/** What a contact can stand for in each state; in a call it keeps what it stood for before. */
export const DISPOSITIONS_OF: Record<ContactState, readonly Disposition[]> = {
  pending: [],
  in_progress: UNREACHED,
  completed: ['completed'],
  refused: ['refused', 'opted_out'],
  not_reached: UNREACHED,
};
