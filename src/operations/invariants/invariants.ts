import type { Invariant } from './invariant.js';
import * as log from './log-invariants.queries.js';
import * as rows from './row-invariants.queries.js';

const CALL_NOBODY = 'Stop dialling (POST /api/v1/operations/stop)';

/** The invariants of the dial protocol, in its numbering. */
export const INVARIANTS: readonly Invariant[] = [
  {
    number: 1,
    name: 'attempt_numbers_unique',
    promise: 'No two attempts of a contact have the same number.',
    remedy:
      'The unique constraint of call_attempts (contact_id, attempt_number) is gone or damaged: compare the schema with the migrations, REINDEX.',
    checks: [{ scope: 'contacts', sql: rows.attemptNumberTwice }],
  },
  {
    number: 2,
    name: 'attempts_counted',
    promise: 'attempts_count is the number of the last attempt.',
    remedy:
      'An attempt was deleted or a count changed by hand. Read the timeline of the contact, then set attempts_count to max(attempt_number).',
    checks: [{ scope: 'contacts', sql: rows.attemptsMiscounted }],
  },
  {
    number: 3,
    name: 'one_live_attempt',
    promise: 'A contact has at most one live attempt, and so has a phone number.',
    remedy: `${CALL_NOBODY}: somebody may be rung twice at once. The partial unique indexes of live attempts are gone or damaged.`,
    checks: [{ scope: 'whole', sql: rows.twoLiveAttempts }],
  },
  {
    number: 4,
    name: 'in_progress_means_live',
    promise:
      'A contact is in_progress exactly while one attempt of it is live; only its own interview, a refusal, a suppression or a withdrawal settles it before the call has ended.',
    remedy:
      'Contact and attempt were not changed together. Read both timelines before you change a row; a live attempt is resolved by recovery.',
    checks: [{ scope: 'whole', sql: rows.inProgressWithoutCall }],
  },
  {
    number: 5,
    name: 'results_have_evidence',
    promise:
      'Completed means that every required answer of one interview is stored; refused means that a refusal is stored.',
    remedy: 'Keep these contacts out of the results until their timelines are explained.',
    checks: [{ scope: 'contacts', sql: rows.resultWithoutEvidence }],
  },
  {
    number: 6,
    name: 'calls_belong_to_one_attempt',
    promise: 'A call of the carrier belongs to one attempt.',
    remedy:
      'The unique index of provider_call_id is gone or damaged: compare the schema with the migrations, REINDEX.',
    checks: [{ scope: 'contacts', sql: rows.callOfTwoAttempts }],
  },
  {
    number: 7,
    name: 'claims_within_limits',
    promise: 'Nobody was claimed while as many calls were live as the limits allow.',
    remedy: `${CALL_NOBODY} if it goes on: two schedulers may be counting past each other.`,
    checks: [{ scope: 'events', sql: log.claimedAtLimit }],
  },
  {
    number: 8,
    name: 'ended_means_outcome',
    promise: 'An attempt has an outcome exactly when it has ended.',
    remedy: 'The CHECK of call_attempts is gone: compare the schema with the migrations.',
    checks: [{ scope: 'contacts', sql: rows.endWithoutOutcome }],
  },
  {
    number: 9,
    name: 'open_means_appointment',
    promise: 'Final contacts have no next attempt, and open ones have one.',
    remedy:
      'Such a contact is never called, or called although it is final: set next_attempt_at as its state says.',
    checks: [{ scope: 'contacts', sql: rows.wrongAppointment }],
  },
  {
    number: 10,
    name: 'nobody_forgotten',
    promise:
      'Nobody stays in_progress past the time after which their call must be resolved, unless the carrier cannot tell.',
    remedy:
      'No worker is at work on these calls: see whether one runs with SCHEDULER_ENABLED=true and the same carrier, and read its log.',
    checks: [
      { scope: 'clock', sql: rows.forgottenInProgress },
      { scope: 'clock', sql: rows.unresolvedAtCarrier, listed: true },
    ],
  },
  {
    number: 11,
    name: 'no_dial_after_stop',
    promise: 'No call was dialled after a suppression, a pause or a stop that came before it.',
    remedy: `${CALL_NOBODY}, and tell whoever answers for the do-not-call list: these people were rung against it.`,
    checks: [{ scope: 'events', sql: log.dialledAfterStop }],
  },
  {
    number: 12,
    name: 'completed_campaigns_are_over',
    promise: 'A completed campaign has nobody open and no live call.',
    remedy: 'These people will not be called: reopen the campaign, or settle them.',
    checks: [{ scope: 'whole', sql: rows.completedWithSomebodyLeft }],
  },
  {
    number: 13,
    name: 'log_gapless',
    promise:
      'The event versions of every entity are gapless as far as the log is kept, and end with its row.',
    remedy:
      'A row was changed without its event, or an event was deleted: the timeline of these entities is not complete.',
    checks: [
      { scope: 'contacts', sql: log.gapsOfContacts },
      { scope: 'whole', sql: log.gapsOfCampaigns },
    ],
  },
  {
    number: 14,
    name: 'slots_keep_pace',
    promise: 'Calls leave no faster than the calls per second of the account and of the campaign.',
    remedy: 'The carrier may refuse or queue calls: see whether several installations dial with one account.',
    checks: [{ scope: 'events', sql: log.slotsTooClose }],
  },
  {
    number: 15,
    name: 'offers_within_policy',
    promise:
      'Nobody was offered to the carrier more often than the policy of the campaign allowed at the time.',
    remedy: 'Withdraw these contacts if they are still open (POST /api/v1/contacts/:id/withdraw).',
    checks: [{ scope: 'contacts', sql: rows.offeredTooOften }],
  },
  {
    number: 16,
    name: 'final_states_stay',
    promise:
      'A final state was left only by a refusal or a finished interview that arrived late, or by a reset.',
    remedy: `${CALL_NOBODY} if people who refused are being called again; a trigger of contacts is gone or was disabled.`,
    checks: [
      { scope: 'events', sql: log.finalStateLeft },
      { scope: 'contacts', sql: log.finalStateOverwritten },
    ],
  },
];
