import type { CallingPolicy } from '../campaign/contracts/calling-policy.js';
import type { CampaignStatus } from '../campaign/contracts/campaigns.js';
import type { Tx } from '../shared/db/tx.js';

/** Reads across rooms for the decisions of the scheduler; nothing here writes. */

export interface ClaimableCampaign {
  id: string;
  status: CampaignStatus;
  closing: boolean;
  carrier: string;
  defaultTimezone: string | null;
  startsAt: Date | null;
  endsAt: Date | null;
  policy: CallingPolicy;
  live: number;
  /** Claimed and not dialled yet. */
  waiting: number;
  lastClaimedAt: Date | null;
}

/** Campaigns that may claim on this carrier now, their circuit closed, with their live attempts counted. */
export async function claimableCampaigns(
  tx: Tx,
  carrier: string,
  defaultCallerId: string | null,
  at: Date,
): Promise<ClaimableCampaign[]> {
  return tx.rows(
    `SELECT c.id, c.status, c.closing_at IS NOT NULL AS closing, c.carrier, c.default_timezone AS "defaultTimezone",
            c.starts_at AS "startsAt", c.ends_at AS "endsAt", c.policy,
            a.live, a.waiting,
            (SELECT max(claimed_at) FROM call_attempts WHERE campaign_id = c.id) AS "lastClaimedAt"
       FROM campaigns c
      CROSS JOIN LATERAL (
        SELECT count(*)::int AS live, (count(*) FILTER (WHERE status = 'claimed'))::int AS waiting FROM call_attempts
         WHERE campaign_id = c.id AND status <> 'ended' AND carrier_ended_at IS NULL) a
      WHERE c.status = 'running' AND c.carrier = $1 AND c.closing_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM carrier_circuits o
              WHERE o.carrier IN ($1, $1 || ' ' || COALESCE(c.caller_id, $3)) AND o.state = 'open')
        AND (c.starts_at IS NULL OR c.starts_at <= $2) AND (c.ends_at IS NULL OR c.ends_at > $2)
      ORDER BY c.id`,
    [carrier, at, defaultCallerId ?? ''],
  );
}

/** Live attempts of every campaign together. A call whose line is down holds no place any more. */
export async function liveAttempts(tx: Tx): Promise<{ live: number; waiting: number }> {
  const row = await tx.row<{ live: number; waiting: number }>(
    `SELECT count(*)::int AS live, (count(*) FILTER (WHERE status = 'claimed'))::int AS waiting FROM call_attempts WHERE status <> 'ended' AND carrier_ended_at IS NULL`,
  );
  return row!;
}

/** Calls the carrier has, or may have: a claim that was not offered yet holds a place for the claim, not on the line. */
export async function callsOnTheLine(
  tx: Tx,
  campaignId: string,
): Promise<{ campaign: number; campaignLimit: number; everywhere: number }> {
  const row = await tx.row<{ campaign: number; campaignLimit: number; everywhere: number }>(
    `SELECT (count(*) FILTER (WHERE a.campaign_id = $1))::int AS campaign, count(*)::int AS everywhere,
            (SELECT (policy ->> 'maxConcurrentCalls')::int FROM campaigns WHERE id = $1) AS "campaignLimit"
       FROM call_attempts a
      WHERE a.status IN ('dialing', 'ringing', 'in_progress') AND a.carrier_ended_at IS NULL`,
    [campaignId],
  );
  return row!;
}

/** Attempts claimed since an instant, by campaign; canceled ones too, for their slot was given away. */
export async function claimedSince(tx: Tx, campaignIds: string[], since: Date): Promise<Map<string, Date[]>> {
  const rows = await tx.rows<{ campaignId: string; claimedAt: Date }>(
    `SELECT campaign_id AS "campaignId", claimed_at AS "claimedAt" FROM call_attempts
      WHERE campaign_id = ANY ($1) AND claimed_at > $2`,
    [campaignIds, since],
  );
  const byCampaign = new Map<string, Date[]>(campaignIds.map((id) => [id, []]));
  for (const row of rows) byCampaign.get(row.campaignId)?.push(row.claimedAt);
  return byCampaign;
}

/** The carrier's own circuit, or that of the caller id a call would show; names as `carrier-circuit` writes them. */
export async function circuitIsOpen(tx: Tx, carrier: string, callerId: string | null): Promise<boolean> {
  const names = callerId === null ? [carrier] : [carrier, `${carrier} ${callerId}`];
  const row = await tx.row(`SELECT 1 FROM carrier_circuits WHERE carrier = ANY ($1) AND state = 'open'`, [
    names,
  ]);
  return row !== undefined;
}

/** Attempts of each contact that were offered to the carrier; claimed and canceled ones were not. */
export async function offeredAttempts(tx: Tx, contactIds: string[]): Promise<Map<string, number>> {
  const rows = await tx.rows<{ contactId: string; offered: number }>(
    `SELECT contact_id AS "contactId", count(*)::int AS offered FROM call_attempts
      WHERE contact_id = ANY ($1) AND status <> 'claimed' AND outcome IS DISTINCT FROM 'canceled'
      GROUP BY contact_id`,
    [contactIds],
  );
  return new Map(rows.map((row) => [row.contactId, row.offered]));
}

/** Those of the numbers that are in a call, in whatever campaign. */
export async function numbersInCall(tx: Tx, phoneNumbers: string[]): Promise<Set<string>> {
  const rows = await tx.rows<{ phoneNumber: string }>(
    `SELECT phone_number AS "phoneNumber" FROM call_attempts WHERE phone_number = ANY ($1) AND status <> 'ended'`,
    [phoneNumbers],
  );
  return new Set(rows.map((row) => row.phoneNumber));
}

export interface ContactForDecision {
  contactId: string;
  campaignId: string;
  phoneNumber: string;
  isTest: boolean;
  settled: boolean;
  dueAt: Date | null;
  zone: string | null;
  suppressed: boolean;
  attemptsOffered: number;
  numberInCall: boolean;
  status: CampaignStatus;
  closing: boolean;
  carrier: string | null;
  startsAt: Date | null;
  endsAt: Date | null;
  callerId: string | null;
  policy: CallingPolicy;
}

/** Everything the decision needs of one contact, in one statement; `exceptAttemptId` is the attempt it is asked for. */
export async function contactForDecision(
  tx: Tx,
  contactId: string,
  exceptAttemptId: string | null,
): Promise<ContactForDecision | undefined> {
  return tx.row(
    `SELECT k.id AS "contactId", k.campaign_id AS "campaignId", k.phone_number AS "phoneNumber", k.is_test AS "isTest",
            k.state IN ('completed', 'refused') OR (k.state = 'not_reached' AND k.next_attempt_at IS NULL) AS settled,
            k.next_attempt_at AS "dueAt",
            COALESCE(k.timezone, k.number_timezone, c.default_timezone) AS zone,
            EXISTS (SELECT 1 FROM suppressions s WHERE s.phone_number = k.phone_number) AS suppressed,
            (SELECT count(*)::int FROM call_attempts a
              WHERE a.contact_id = k.id AND a.id IS DISTINCT FROM $2::uuid AND a.status <> 'claimed'
                AND a.outcome IS DISTINCT FROM 'canceled') AS "attemptsOffered",
            EXISTS (SELECT 1 FROM call_attempts a
              WHERE a.phone_number = k.phone_number AND a.status <> 'ended' AND a.id IS DISTINCT FROM $2::uuid) AS "numberInCall",
            c.status, c.closing_at IS NOT NULL AS closing, c.carrier, c.starts_at AS "startsAt", c.ends_at AS "endsAt",
            c.caller_id AS "callerId", c.policy
       FROM contacts k JOIN campaigns c ON c.id = k.campaign_id
      WHERE k.id = $1`,
    [contactId, exceptAttemptId],
  );
}

/** How often each outcome ended an attempt of the contact. */
export async function outcomesOf(tx: Tx, contactId: string): Promise<Map<string, number>> {
  const rows = await tx.rows<{ outcome: string; times: number }>(
    `SELECT outcome, count(*)::int AS times FROM call_attempts WHERE contact_id = $1 AND outcome IS NOT NULL GROUP BY outcome`,
    [contactId],
  );
  return new Map(rows.map((row) => [row.outcome, row.times]));
}

/** Contacts `in_progress` since before an instant without a live attempt: their attempt was deleted by hand. */
export async function strandedContacts(tx: Tx, before: Date): Promise<string[]> {
  const rows = await tx.rows<{ id: string }>(
    `SELECT k.id FROM contacts k
      WHERE k.state = 'in_progress' AND COALESCE(k.last_attempt_at, k.created_at) < $1
        AND NOT EXISTS (SELECT 1 FROM call_attempts a WHERE a.contact_id = k.id AND a.status <> 'ended')
      ORDER BY k.id LIMIT 100`,
    [before],
  );
  return rows.map(({ id }) => id);
}
