import { defineEvent } from '../../shared/event-log/domain-event.js';

export const SettingsChanged = defineEvent<{ before: object; after: object }>('settings.changed.v1');
export const DiallingStopped = defineEvent<{ reason: string }>('settings.stopped.v1');
export const DiallingResumed = defineEvent<Record<string, never>>('settings.resumed.v1');
