import { defineEvent } from '../../shared/event-log/domain-event.js';
import type { ContactState, Disposition } from './contact-state.js';

export const ContactClaimed = defineEvent<{ attemptNumber: number }>('contact.claimed.v1');
export const ContactReleased = defineEvent<{ state: ContactState; reason: string; nextAttemptAt: Date }>(
  'contact.released.v1',
);
/** Every settlement, final or with a retry: `nextAttemptAt` null means final. */
export const ContactSettled = defineEvent<{
  from: ContactState;
  state: ContactState;
  disposition: Disposition;
  nextAttemptAt: Date | null;
}>('contact.settled.v1');
export const ContactEdited = defineEvent<{ fields: string[] }>('contact.edited.v1');
/** Appended by the database itself when the calls of a campaign are reset. */
export const ContactReset = defineEvent<{ from: ContactState; attempts: number }>('contact.reset.v1');
/** A file of contacts or of suppressions was read to its end; of a dry run nothing was stored. */
export const ContactsImported = defineEvent<{
  accepted: number;
  rejected: number;
  duplicates: number;
  kind: 'contacts' | 'suppressions';
  dryRun: boolean;
}>('import.finished.v1');
/** What was stored before the failure stays stored. */
export const ImportFailed = defineEvent<{
  reason: string;
  accepted: number;
  rejected: number;
  duplicates: number;
  kind: 'contacts' | 'suppressions';
  dryRun: boolean;
}>('import.failed.v1');
export const NumberSuppressed = defineEvent<{ source: string; reason: string }>('suppression.added.v1');
export const SuppressionLifted = defineEvent<{ reason: string }>('suppression.lifted.v1');
