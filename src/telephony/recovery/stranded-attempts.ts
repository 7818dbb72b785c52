import type { Database } from '../../shared/db/database.js';
import type { Environment } from '../../shared/environment/environment.js';

export type Stranded = {
  id: string;
  campaignId: string;
  kind: 'claimed' | 'dialing' | 'unbound' | 'silent' | 'unwanted' | 'held';
  /** Proves to later writes that the lease is still the one given here. */
  leaseUntil: Date;
};

const LEASE_MS = 20_000;
const BATCH = 100;

/** What our own rows can decide. */
export const OURS: Stranded['kind'][] = ['held', 'claimed', 'dialing'];
/** What only the carrier can. */
export const CARRIERS: Stranded['kind'][] = ['unbound', 'silent', 'unwanted'];

/**
 * Leases live attempts that need somebody. Who was looked at longest ago is first: a carrier that hangs cannot make those
 * who wait for its answer keep all others waiting. The lease keeps N workers from asking the carrier N times; a
 * worker that dies with it is followed by another after its end. A claimed attempt becomes the finder's own, so that its
 * shutdown gives it back. One statement over the live attempts only.
 */
export async function leaseStranded(
  database: Database,
  carrier: string,
  at: Date,
  environment: Environment,
  kinds: Stranded['kind'][],
  limit = BATCH,
): Promise<Stranded[]> {
  const before = (ms: number) => new Date(at.getTime() - ms);
  return database.rows<Stranded>(
    `WITH live AS (
       SELECT id, campaign_id, COALESCE(last_lookup_at, claimed_at) AS waits_since, CASE
           WHEN settle_after IS NOT NULL THEN 'held'
           WHEN status = 'claimed' THEN 'claimed'
           WHEN provider_call_id IS NOT NULL AND hang_up_asked_at IS NOT NULL THEN 'unwanted'
           WHEN provider_call_id IS NOT NULL THEN 'silent'
           WHEN dial_result IS NULL THEN 'dialing'
           ELSE 'unbound' END AS kind,
         CASE
           WHEN settle_after IS NOT NULL THEN settle_after <= $2
           WHEN status = 'claimed' THEN claimed_at <= $3 AND COALESCE(not_before <= $3, true)
           WHEN provider_call_id IS NOT NULL AND hang_up_asked_at IS NOT NULL THEN hang_up_asked_at <= $3
             AND COALESCE(last_lookup_at <= $5 OR last_lookup_at < hang_up_asked_at, true)
           WHEN provider_call_id IS NOT NULL THEN COALESCE(last_fact_at, dialing_at) <= $4 AND COALESCE(last_lookup_at <= $5, true)
           WHEN dial_result IS NULL THEN dial_slot_at <= $6
           ELSE COALESCE(last_lookup_at <= $5, true) END AS stranded
         FROM call_attempts
        WHERE status <> 'ended' AND carrier = $1 AND (lease_until IS NULL OR lease_until <= $2))
     , found AS MATERIALIZED (
       SELECT a.id, live.campaign_id, live.kind FROM live JOIN call_attempts a USING (id)
        WHERE live.stranded AND live.kind = ANY ($9)
        ORDER BY live.waits_since, live.id LIMIT ${limit} FOR UPDATE OF a SKIP LOCKED)
     , leased AS (
       UPDATE call_attempts a SET lease_until = $7,
              claimed_by = CASE WHEN found.kind = 'claimed' THEN $8 ELSE a.claimed_by END
         FROM found WHERE a.id = found.id RETURNING a.id)
     SELECT found.id, found.campaign_id AS "campaignId", found.kind, $7::timestamptz AS "leaseUntil" FROM found JOIN leased USING (id)`,
    [
      carrier,
      at,
      before(environment.CLAIM_STALE_MS),
      before(environment.SILENT_CALL_MS),
      before(environment.LOOKUP_INTERVAL_MS),
      before(environment.CREATE_TIMEOUT_MS + environment.CREATE_GRACE_MS),
      new Date(at.getTime() + LEASE_MS),
      environment.WORKER_NAME,
      kinds,
    ],
  );
}
