import type { Installation } from './installation.js';
import { CALLER_ID } from './installation.js';

/** Open around the clock on every day, fast, and retrying within a second. */
export const OPEN_POLICY = {
  maxAttempts: 3,
  // The simulator's speed shortens this too: at 100 it is 36 real seconds.
  callSeconds: 3_600,
  maxConcurrentCalls: 50,
  callsPerSecond: 100,
  callingWindow: { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' },
  retry: Object.fromEntries(
    ['partial', 'hung_up', 'no_response', 'machine', 'busy', 'no_answer', 'failed', 'lost'].map((outcome) => [
      outcome,
      ['1s'],
    ]),
  ),
};

export const SURVEY = {
  introduction: 'Hello, this is Acme Research, calling for Acme Stores. You can reach us at 202 555 0100.',
  consent: 'May we ask you three short questions?',
  questions: [
    { key: 'satisfaction', type: 'scale', text: 'From 1 to 5, how satisfied are you?', min: 1, max: 5 },
    { key: 'recommend', type: 'yes_no', text: 'Would you recommend us?' },
    { key: 'visits', type: 'numeric', text: 'How many times did you visit us this year?', min: 0, max: 99 },
  ],
  closing: 'Thank you. Goodbye.',
};

export function campaignBody(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'Customer satisfaction Q4',
    language: 'en-US',
    defaultTimezone: 'America/New_York',
    callerId: CALLER_ID,
    survey: SURVEY,
    policy: OPEN_POLICY,
    ...change,
  };
}

/** A campaign with contacts, created over the API and, unless told otherwise, started. */
export async function makeCampaign(
  on: Installation,
  phoneNumbers: string[],
  options: { change?: Record<string, unknown>; start?: boolean } = {},
): Promise<string> {
  const created = await on.api<{ id: string }>('POST', '/campaigns', campaignBody(options.change));
  if (created.status !== 201) throw new Error(`campaign refused: ${JSON.stringify(created.body)}`);
  const { id } = created.body;
  const added = await on.api('POST', `/campaigns/${id}/contacts`, {
    contacts: phoneNumbers.map((phoneNumber) => ({ phoneNumber })),
  });
  if (added.status !== 201) throw new Error(`contacts refused: ${JSON.stringify(added.body)}`);
  if (options.start !== false) {
    const started = await on.api('POST', `/campaigns/${id}/start`);
    if (started.status !== 200) throw new Error(`start refused: ${JSON.stringify(started.body)}`);
  }
  return id;
}

export function phones(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => phone(from + index));
}

/** Fictional numbers that are valid: 202-555-0100 and up. */
export function phone(index: number): string {
  return `+1202555${String(100 + index).padStart(4, '0')}`;
}
