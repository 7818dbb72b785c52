/** Whom the campaigns call, within which bounds, and what the carrier does wrong all the time or for a while. */
import { drawsOf } from './chance.mjs';

const RING_SECONDS = 5;
const CREATE_TIMEOUT_MS = 3_000;
const CREATE_GRACE_MS = 500;
const CARRIER_QUEUE_MS = 500;
const LOST_MARGIN_MS = 500;
export const SHUTDOWN_GRACE_MS = 4_000;
export const CALLS_PER_SECOND = 4;
export const GLOBAL_LIMIT = 60;
/** What an operator lowers it to for a while. */
export const LOW_LIMIT = 6;
export const APOLOGY = 'We are sorry, something went wrong on our side.';

/** The bounds of the dial protocol, in seconds where production takes minutes. */
export const BOUNDS = {
  SCHEDULER_TICK_MS: '500',
  MAX_CONCURRENT_CALLS: String(GLOBAL_LIMIT),
  CALLS_PER_SECOND: String(CALLS_PER_SECOND),
  CREATE_TIMEOUT_MS: String(CREATE_TIMEOUT_MS),
  CREATE_GRACE_MS: String(CREATE_GRACE_MS),
  CARRIER_QUEUE_MS: String(CARRIER_QUEUE_MS),
  LOST_MARGIN_MS: String(LOST_MARGIN_MS),
  CLAIM_STALE_MS: '2000',
  SETTLE_DELAY_MS: '2000',
  SILENT_CALL_MS: '4000',
  LOOKUP_INTERVAL_MS: '2000',
  CIRCUIT_PROBE_MS: '1000',
  SHUTDOWN_GRACE_MS: String(SHUTDOWN_GRACE_MS),
  DATABASE_POOL_SIZE: '4',
};

/** @param {number} callSeconds */
export function lostAfterMs(callSeconds) {
  return (
    CREATE_TIMEOUT_MS +
    CREATE_GRACE_MS +
    CARRIER_QUEUE_MS +
    (RING_SECONDS + callSeconds) * 1_000 +
    LOST_MARGIN_MS
  );
}

export const QUESTIONS = [
  { key: 'again', type: 'yes_no', text: 'Would you come again?' },
  { key: 'stars', type: 'scale', text: 'How many stars?', min: 1, max: 5 },
];

const SURVEY = {
  introduction: 'This is Larkfield Research. Call us back at 202, 555, 0143.',
  consent: 'May we ask two questions?',
  questions: QUESTIONS,
  closing: 'Thank you. Goodbye.',
};

/**
 * @typedef {object} Form a short run is to end soon after its faults
 * @property {number} callSeconds the longest call; what left no trace at the carrier waits for all of it
 * @property {number} maxAttempts
 * @property {number} backlog people who wait for their call; more are added when they become fewer
 */

/** @type {{ short: Form, long: Form }} */
export const FORMS = {
  short: { callSeconds: 36, maxAttempts: 2, backlog: CALLS_PER_SECOND * 2 },
  long: { callSeconds: 60, maxAttempts: 3, backlog: CALLS_PER_SECOND * 6 },
};

/**
 * Manual completion: people are added as long as the run lasts.
 *
 * @param {Form} form
 * @returns {object[]} bodies of `POST /campaigns`
 */
export function campaigns({ callSeconds, maxAttempts }) {
  const policy = {
    maxAttempts,
    ringSeconds: RING_SECONDS,
    callSeconds,
    machineDetection: 'off',
    maxConcurrentCalls: 40,
    callsPerSecond: CALLS_PER_SECOND,
    callingWindow: { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' },
    retry: {
      busy: ['3s', '6s'],
      no_answer: ['5s'],
      failed: ['2s'],
      hung_up: ['4s'],
      partial: ['4s'],
      lost: ['1s'],
      no_response: ['3s'],
      machine: [],
    },
  };
  const common = {
    language: 'en-US',
    defaultTimezone: 'America/New_York',
    callerId: '+12025550199',
    completion: 'manual',
    survey: SURVEY,
  };
  return [
    { ...common, name: 'Chaos, patient', policy },
    { ...common, name: 'Chaos, small', policy: { ...policy, maxConcurrentCalls: 12, maxAttempts: 2 } },
    { ...common, name: 'Chaos, wary', policy: { ...policy, machineDetection: 'hang_up' } },
  ];
}

/** Who answers is drawn by the carrier from its own seed and the number. */
export const PEOPLE = {
  mix: {
    completes: 7,
    wrongKeysFirst: 2,
    refusesConsent: 2,
    optsOut: 1,
    hangsUp: 3,
    silent: 1,
    busy: 2,
    declines: 1,
    noAnswer: 2,
    machine: 1,
    failed: 1,
  },
};

const AREAS = [202, 212, 312, 415, 617, 713];

/**
 * Numbers nobody was given before, and now and then one that the campaign before has too.
 *
 * @param {string} seed
 * @returns {() => string} E.164, valid in shape; all of them reach the simulated carrier only
 */
export function numbers(seed) {
  const draws = drawsOf(seed, 'numbers');
  let given = 0;
  return () => {
    const ordinal = given > 20 && draws.yes(0.08) ? given - draws.whole(5, 20) : given++;
    return `+1${AREAS[ordinal % AREAS.length]}55${String(50_000 + Math.floor(ordinal / AREAS.length)).slice(0, 5)}`;
  };
}

/** At any time: a carrier on an ordinary bad day. */
export const USUAL_FAULTS = [
  { fault: 'rateLimited', probability: 0.02 },
  { fault: 'errorAfterPlacing', probability: 0.01 },
  { fault: 'truncated201', probability: 0.01 },
  { fault: 'resetAfterPlacing', probability: 0.01 },
  { fault: 'drop', probability: 0.02 },
  { fault: 'duplicate', copies: 2, probability: 0.05 },
  { fault: 'delay', ms: 2_500, probability: 0.03 },
  { fault: 'reorder', probability: 0.03 },
  { fault: 'duplicateTurn', probability: 0.05 },
];

/** @type {Record<string, object[]>} for a few seconds */
export const CARRIER_FAULTS = {
  'creates fail': [
    { fault: 'rateLimited', probability: 0.15 },
    { fault: 'errorBefore', probability: 0.08 },
    { fault: 'errorAfterPlacing', probability: 0.15 },
    { fault: 'truncated201', probability: 0.15 },
    { fault: 'timeoutAfterPlacing', probability: 0.15 },
    { fault: 'timeoutBefore', probability: 0.05 },
    { fault: 'resetAfterPlacing', probability: 0.15 },
    { fault: 'resetBefore', probability: 0.05 },
    { fault: 'slow', ms: 2_000, probability: 0.3 },
  ],
  'callbacks astray': [
    { fault: 'drop', probability: 0.3 },
    { fault: 'duplicate', copies: 3, probability: 0.3 },
    { fault: 'delay', ms: 6_000, probability: 0.4 },
    { fault: 'reorder', probability: 0.5 },
    { fault: 'duplicateTurn', probability: 0.5 },
  ],
  'lists late': [
    { fault: 'listDelay', ms: 8_000 },
    { fault: 'resetAfterPlacing', probability: 0.3 },
    { fault: 'drop', probability: 0.3 },
  ],
};
