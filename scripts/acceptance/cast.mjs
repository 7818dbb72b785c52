/** Whom the campaign calls, what the carrier does wrong with them, and the bounds within which all of it is resolved. */

const TICK_MS = 1_000;
const RING_SECONDS = 5;
/** Longer than the longest call of this cast, and no more: an attempt that left no trace waits for all of it. */
const CALL_SECONDS = 40;
const CALLS_PER_SECOND = 40;
const LIMIT = 40;
/** Fewer than the contacts, so that it binds. */
const SMALL_LIMIT = 6;
/** Creates are kept in flight for this long: time enough to kill their worker. */
export const CREATE_TIMEOUT_MS = 8_500;
const CREATE_GRACE_MS = 500;
const CARRIER_QUEUE_MS = 500;
const LOST_MARGIN_MS = 500;
/** New calls are missing from the carrier's lists for so long; a callback that comes meanwhile is the only news. */
const LIST_DELAY_MS = 24_000;
const LATE_CALLBACK_MS = 18_000;
const NEVER_MS = 120_000;

export const SHUTDOWN_GRACE_MS = 5_000;
export const MAX_ATTEMPTS = 2;
export const PACE = { callsPerSecond: CALLS_PER_SECOND, maxConcurrentCalls: LIMIT };
export const SMALL_PACE = { callsPerSecond: CALLS_PER_SECOND, maxConcurrentCalls: SMALL_LIMIT };
export const LOST_AFTER_MS =
  CREATE_TIMEOUT_MS + CARRIER_QUEUE_MS + (RING_SECONDS + CALL_SECONDS) * 1_000 + LOST_MARGIN_MS;

/** The bounds of the dial protocol, in seconds where production takes minutes. */
export const BOUNDS = {
  SCHEDULER_TICK_MS: String(TICK_MS),
  MAX_CONCURRENT_CALLS: String(LIMIT),
  CALLS_PER_SECOND: String(CALLS_PER_SECOND),
  CREATE_TIMEOUT_MS: String(CREATE_TIMEOUT_MS),
  CREATE_GRACE_MS: String(CREATE_GRACE_MS),
  CARRIER_QUEUE_MS: String(CARRIER_QUEUE_MS),
  LOST_MARGIN_MS: String(LOST_MARGIN_MS),
  CLAIM_STALE_MS: '2000',
  SETTLE_DELAY_MS: '1000',
  SILENT_CALL_MS: '3000',
  LOOKUP_INTERVAL_MS: '1500',
  CIRCUIT_PROBE_MS: '1000',
  SHUTDOWN_GRACE_MS: String(SHUTDOWN_GRACE_MS),
};

export const QUESTIONS = [
  { key: 'again', type: 'yes_no', text: 'Would you visit us again?' },
  { key: 'stars', type: 'scale', text: 'How many stars do we earn?', min: 1, max: 5 },
];

/**
 * The introduction is long: whoever is listening to it needs nothing of us for as long as it takes to start another
 * worker. Manual completion: the seed's reset finds a campaign that still runs.
 */
export const CAMPAIGN = {
  name: 'Acceptance',
  language: 'en-US',
  defaultTimezone: 'America/New_York',
  callerId: '+12025550199',
  completion: 'manual',
  survey: {
    introduction:
      'Hello, this is Larkfield Research, calling for Larkfield Home Stores about your last visit to us. ' +
      'You can call us back at 202, 555, 0143.',
    consent: 'May we ask you two questions?',
    questions: QUESTIONS,
    closing: 'Thank you. Goodbye.',
  },
  policy: {
    ...SMALL_PACE,
    maxAttempts: MAX_ATTEMPTS,
    ringSeconds: RING_SECONDS,
    callSeconds: CALL_SECONDS,
    machineDetection: 'off',
    callingWindow: { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' },
    retry: {
      busy: ['10s'],
      no_answer: ['10s'],
      failed: ['10s'],
      hung_up: ['5s'],
      lost: ['1s'],
      partial: [],
      no_response: [],
      machine: [],
    },
  },
};

/**
 * @typedef {object} Part
 * @property {object} person as the carrier simulator takes it
 * @property {object[]} [faults] of the carrier, for this person's number
 */

/** @type {Part[]} */
const PARTS = [
  { person: { kind: 'completes' } },
  { person: { kind: 'completes' } },
  { person: { kind: 'completes' }, faults: [{ fault: 'duplicate', copies: 2 }] },
  { person: { kind: 'completes' }, faults: [{ fault: 'reorder' }, { fault: 'duplicateTurn' }] },
  { person: { kind: 'completes', hangUpAfterLastKey: 3 } },
  { person: { kind: 'completes' }, faults: [{ fault: 'resetAfterPlacing', times: 1 }] },
  { person: { kind: 'refusesConsent' } },
  { person: { kind: 'refusesConsent' }, faults: [{ fault: 'errorAfterPlacing', times: 1 }] },
  { person: { kind: 'optsOut' } },
  { person: { kind: 'hangsUp', afterAnswers: 0 } },
  { person: { kind: 'hangsUp', afterAnswers: 2 } },
  { person: { kind: 'busy', later: [{ kind: 'completes' }] } },
  { person: { kind: 'declines', as: 'busy' } },
  { person: { kind: 'declines', as: 'no-answer' }, faults: [{ fault: 'truncated201', times: 1 }] },
  { person: { kind: 'failed' } },
  { person: { kind: 'noAnswer' } },
  { person: { kind: 'noAnswer' } },
  // No callback ever: only asking tells.
  { person: { kind: 'noAnswer' }, faults: [{ fault: 'drop' }] },
  // Refused unprocessed, so offered again until the carrier takes it: claimed for seconds, which a kill finds.
  { person: { kind: 'refusesConsent' }, faults: [{ fault: 'rateLimited', times: 3 }] },
  // The three whose creates are in flight when their worker is killed. The first is found in the carrier's lists, the
  // second names itself in a late callback, of the third nothing was ever made.
  { person: { kind: 'noAnswer' }, faults: [{ fault: 'slow', ms: NEVER_MS, times: 1 }, { fault: 'drop' }] },
  {
    person: { kind: 'noAnswer' },
    faults: [
      { fault: 'slow', ms: NEVER_MS, times: 1 },
      { fault: 'delay', ms: LATE_CALLBACK_MS },
    ],
  },
  { person: { kind: 'declines', as: 'busy' }, faults: [{ fault: 'timeoutBefore', times: 1 }] },
];

/** Fictional numbers that are valid: 202-555-0100 and up. */
const numbers = PARTS.map((_, index) => `+1202555${String(100 + index).padStart(4, '0')}`);

export const CONTACTS = numbers.map((phoneNumber) => ({ phoneNumber }));

export const PEOPLE = {
  numbers: Object.fromEntries(PARTS.map(({ person }, index) => [numbers[index], person])),
};

export const FAULTS = [
  { fault: 'listDelay', ms: LIST_DELAY_MS },
  ...PARTS.flatMap(({ faults = [] }, index) => faults.map((fault) => ({ ...fault, to: numbers[index] }))),
];

/** For the calls before the reset: short ones, and two numbers which the carrier refuses to take on for now. */
export const EARLIER_PEOPLE = { mix: { busy: 1 } };
export const EARLIER_FAULTS = [numbers[1], numbers[3]].map((to) => ({ fault: 'rateLimited', to }));
