import type { Tx } from '../../shared/db/tx.js';
import { appendEvents } from '../../shared/event-log/append-events.js';
import type { DomainEvent, EventType } from '../../shared/event-log/domain-event.js';
import type { CallOutcome, CallStatus } from '../contracts/call-attempt.js';
import type { InterviewResult } from '../domain/call-lifecycle.js';

export interface AttemptRow {
  id: string;
  contactId: string;
  campaignId: string;
  attemptNumber: number;
  phoneNumber: string;
  callerId: string | null;
  carrier: string;
  providerCallId: string | null;
  status: CallStatus;
  outcome: CallOutcome | null;
  dialResult: 'accepted' | 'unknown' | null;
  interviewResult: InterviewResult | null;
  carrierEnd: string | null;
  carrierEndedAt: Date | null;
  settleAfter: Date | null;
  correctedFrom: CallOutcome | null;
  claimedAt: Date;
  /** The worker whose business the claim is; whoever finds it left takes it over. */
  claimedBy: string | null;
  notBefore: Date | null;
  dialingAt: Date | null;
  dialSlotAt: Date | null;
  answeredAt: Date | null;
  endedAt: Date | null;
  lastFactAt: Date | null;
  errorCode: string | null;
  hangUpAskedAt: Date | null;
  /** As the carrier was told; null before the first offer. */
  ringSeconds: number | null;
  callSeconds: number | null;
  offers: number;
  emptyLookups: number;
  lastLookupAt: Date | null;
  leaseUntil: Date | null;
  version: number;
}

const COLUMN = {
  callerId: 'caller_id',
  providerCallId: 'provider_call_id',
  status: 'status',
  outcome: 'outcome',
  dialResult: 'dial_result',
  interviewResult: 'interview_result',
  carrierEnd: 'carrier_end',
  carrierEndedAt: 'carrier_ended_at',
  settleAfter: 'settle_after',
  correctedFrom: 'corrected_from',
  notBefore: 'not_before',
  dialingAt: 'dialing_at',
  dialSlotAt: 'dial_slot_at',
  answeredAt: 'answered_at',
  endedAt: 'ended_at',
  lastFactAt: 'last_fact_at',
  errorCode: 'error_code',
  hangUpAskedAt: 'hang_up_asked_at',
  ringSeconds: 'ring_seconds',
  callSeconds: 'call_seconds',
  offers: 'offers',
  emptyLookups: 'empty_lookups',
  lastLookupAt: 'last_lookup_at',
  leaseUntil: 'lease_until',
} as const;

type Change = Partial<Pick<AttemptRow, keyof typeof COLUMN>>;

export const ATTEMPT_COLUMNS = [
  'id',
  'contact_id AS "contactId"',
  'campaign_id AS "campaignId"',
  'attempt_number AS "attemptNumber"',
  'phone_number AS "phoneNumber"',
  'carrier',
  'claimed_at AS "claimedAt"',
  'claimed_by AS "claimedBy"',
  'version',
  ...Object.entries(COLUMN).map(([name, column]) => `${column} AS "${name}"`),
].join(', ');

/** The contact an attempt belongs to; never changes, so it is read without a lock to lock the contact first. */
export async function contactOfAttempt(tx: Tx, attemptId: string): Promise<string | undefined> {
  const row = await tx.row<{ contactId: string }>(
    `SELECT contact_id AS "contactId" FROM call_attempts WHERE id = $1`,
    [attemptId],
  );
  return row?.contactId;
}

export async function numberOfAttempt(tx: Tx, attemptId: string): Promise<string | undefined> {
  const row = await tx.row<{ phoneNumber: string }>(
    `SELECT phone_number AS "phoneNumber" FROM call_attempts WHERE id = $1`,
    [attemptId],
  );
  return row?.phoneNumber;
}

/** Locks an attempt; the caller has locked its contact before. */
export async function lockAttempt(tx: Tx, attemptId: string): Promise<AttemptRow | undefined> {
  return tx.row<AttemptRow>(`SELECT ${ATTEMPT_COLUMNS} FROM call_attempts WHERE id = $1 FOR UPDATE`, [
    attemptId,
  ]);
}

/** Whether a call is the bound one of another attempt: it is that one's business alone. */
export async function isBoundElsewhere(
  tx: Tx,
  attempt: AttemptRow,
  providerCallId: string,
): Promise<boolean> {
  if (attempt.providerCallId === providerCallId) return false;
  const owner = await tx.row(`SELECT 1 FROM call_attempts WHERE provider_call_id = $1`, [providerCallId]);
  return owner !== undefined;
}

/** The newer attempt of a contact that has not ended, locked; undefined when there is none. */
export async function lockNewerLiveAttempt(tx: Tx, attempt: AttemptRow): Promise<AttemptRow | undefined> {
  return tx.row<AttemptRow>(
    `SELECT ${ATTEMPT_COLUMNS} FROM call_attempts
      WHERE contact_id = $1 AND attempt_number > $2 AND status <> 'ended' FOR UPDATE`,
    [attempt.contactId, attempt.attemptNumber],
  );
}

/**
 * Changes to one locked attempt, written once and fenced by its version. Each event raises the version by one, so that
 * the log of an attempt is gapless and its last event is the row.
 */
export class AttemptChange {
  private readonly change: Change = {};
  private readonly events: DomainEvent<object>[] = [];

  constructor(
    private readonly before: AttemptRow,
    private readonly at: Date,
  ) {}

  /** The attempt as it will be written. */
  get attempt(): AttemptRow {
    return { ...this.before, ...this.change, version: this.before.version + this.events.length };
  }

  /** Facts that are no state change of their own. */
  note(change: Change): this {
    Object.assign(this.change, change);
    return this;
  }

  /** A state change and the event that tells it. */
  with<P extends object>(change: Change, event: EventType<P>, payload: P): this {
    Object.assign(this.change, change);
    const { id, campaignId, contactId, version } = this.attempt;
    this.events.push(
      event.of({ entityId: id, version: version + 1, at: this.at, campaignId, contactId }, payload),
    );
    return this;
  }

  async write(tx: Tx): Promise<AttemptRow> {
    const entries = Object.entries(this.change) as [keyof typeof COLUMN, unknown][];
    if (entries.length === 0 && this.events.length === 0) return this.before;
    const assignments = entries.map(([name], index) => `${COLUMN[name]} = $${index + 4}`);
    const written = await tx.execute(
      `UPDATE call_attempts SET ${[...assignments, 'version = $3'].join(', ')} WHERE id = $1 AND version = $2`,
      [this.before.id, this.before.version, this.attempt.version, ...entries.map(([, value]) => value)],
    );
    if (written !== 1) throw new Error(`attempt ${this.before.id} changed under its lock`);
    await appendEvents(tx, this.events);
    return this.attempt;
  }
}
