/**
 * What contacts, attempts and interviews must look like at any moment, one snapshot at a time. `contacts` is a FROM item
 * aliased `c`: all contacts, those of a range of ids, or those of whom the log has told lately.
 */

/** Old events were deleted: what is not in the log may have been there. */
export const LOG_IS_PRUNED = `(SELECT s.retained_from_position > 1 FROM event_sequence s)`;

/** From the retention mark on the log is whole; before it single events may be left, which prove nothing about others. */
export const inWholeLog = (event: string): string =>
  `(${event}.position IS NULL OR ${event}.position >= (SELECT s.retained_from_position FROM event_sequence s))`;

/**
 * The calls of a contact were deleted by hand: no attempt is left, and the log knows the last one that was claimed.
 * Legal until the contact is reset or settled; an attempt that never was leaves no event.
 */
const CALLS_DELETED = `(NOT EXISTS (SELECT FROM call_attempts x WHERE x.contact_id = c.id)
   AND (EXISTS (SELECT FROM domain_events e
                 WHERE e.entity_kind = 'call' AND e.entity_version = 1 AND e.entity_id =
                       (SELECT k.attempt_id::text FROM domain_events k
                         WHERE k.contact_id = c.id AND k.type = 'contact.claimed.v1' ORDER BY k.id DESC LIMIT 1))
        OR ${LOG_IS_PRUNED}))`;

export const attemptNumberTwice = (contacts: string): string => `
  SELECT c.id::text AS entity, format('attempt number %s is there %s times', a.attempt_number, count(*)) AS detail
    FROM ${contacts} JOIN call_attempts a ON a.contact_id = c.id
   GROUP BY c.id, a.attempt_number HAVING count(*) > 1`;

export const attemptsMiscounted = (contacts: string): string => `
  SELECT c.id::text AS entity,
         format('attempts_count is %s, the last attempt has the number %s', c.attempts_count, COALESCE(a.last, 0)) AS detail
    FROM ${contacts}
   CROSS JOIN LATERAL (SELECT max(x.attempt_number) AS last FROM call_attempts x WHERE x.contact_id = c.id) a
   WHERE c.attempts_count <> COALESCE(a.last, 0) AND NOT (a.last IS NULL AND ${CALLS_DELETED})`;

export const twoLiveAttempts = (): string => `
  SELECT a.contact_id::text AS entity, 'has the live attempts ' || string_agg(a.id::text, ', ' ORDER BY a.id) AS detail
    FROM call_attempts a WHERE a.status <> 'ended' GROUP BY a.contact_id HAVING count(*) > 1
  UNION ALL
  SELECT min(a.contact_id::text), 'shares its number with the live attempts ' || string_agg(a.id::text, ', ' ORDER BY a.id)
    FROM call_attempts a WHERE a.status <> 'ended'
   GROUP BY a.phone_number HAVING count(DISTINCT a.contact_id) > 1`;

/**
 * A live attempt outlives the settlement of its contact when its own interview settled it, when the number was
 * suppressed or the person withdrawn, and when an earlier call of theirs was refused or finished late: then it is being
 * hung up.
 */
export const inProgressWithoutCall = (): string => `
  SELECT c.id::text AS entity, 'in_progress without a live attempt' AS detail
    FROM contacts c
   WHERE c.state = 'in_progress'
     AND NOT EXISTS (SELECT FROM call_attempts a WHERE a.contact_id = c.id AND a.status <> 'ended')
     AND NOT ${CALLS_DELETED}
  UNION ALL
  SELECT c.id::text, format('is %s (%s) while attempt %s is %s', c.state, c.disposition, a.id, a.status)
    FROM call_attempts a JOIN contacts c ON c.id = a.contact_id
   WHERE a.status <> 'ended' AND c.state <> 'in_progress'
     AND a.interview_result IS DISTINCT FROM c.state
     AND NOT (c.state IN ('refused', 'completed') AND (a.hang_up_asked_at IS NOT NULL OR a.carrier_ended_at IS NOT NULL))
     AND NOT (c.state = 'not_reached' AND c.next_attempt_at IS NULL
              AND COALESCE(c.disposition IN ('suppressed', 'withdrawn'), false))`;

/** An interview whose optional questions were left open completes its contact too, and stays open itself. */
export const resultWithoutEvidence = (contacts: string): string => `
  SELECT * FROM (
    WITH required AS MATERIALIZED (
      SELECT s.id AS survey_id, ARRAY(SELECT q ->> 'key' FROM jsonb_path_query(s.definition, '$.questions[*]') q
                                       WHERE COALESCE((q ->> 'required')::boolean, true)) AS keys
        FROM surveys s)
    SELECT c.id::text AS entity, 'completed without every required answer of one interview' AS detail
      FROM ${contacts}
      LEFT JOIN interviews i ON i.contact_id = c.id AND i.superseded_at IS NULL
      LEFT JOIN required r ON r.survey_id = i.survey_id
     CROSS JOIN LATERAL (SELECT count(*) AS answered FROM answers w
                          WHERE w.interview_id = i.id AND w.question_key = ANY (r.keys)) w
     WHERE c.state = 'completed' AND cardinality(r.keys) IS DISTINCT FROM w.answered
    UNION ALL
    SELECT c.id::text, 'refused without a stored refusal'
      FROM ${contacts}
     WHERE c.state = 'refused' AND NOT EXISTS (
             SELECT FROM interviews i
              WHERE i.contact_id = c.id AND i.superseded_at IS NULL AND i.refusal IS NOT NULL)) evidence`;

/** Every attempt of a shared call is one finding. */
export const callOfTwoAttempts = (contacts: string): string => `
  SELECT a.id::text AS entity, format('call %s is also that of attempt %s', a.provider_call_id, min(b.id::text)) AS detail
    FROM ${contacts} JOIN call_attempts a ON a.contact_id = c.id
    JOIN call_attempts b ON b.provider_call_id = a.provider_call_id AND b.id <> a.id
   WHERE a.provider_call_id IS NOT NULL
   GROUP BY a.id, a.provider_call_id`;

export const endWithoutOutcome = (contacts: string): string => `
  SELECT a.id::text AS entity, format('is %s with the outcome %s', a.status, COALESCE(a.outcome, 'null')) AS detail
    FROM ${contacts} JOIN call_attempts a ON a.contact_id = c.id
   WHERE (a.status = 'ended') <> (a.outcome IS NOT NULL)`;

/** `not_reached` without a next attempt is final by definition; with one it is open, unless its reason was for good. */
export const wrongAppointment = (contacts: string): string => `
  SELECT c.id::text AS entity,
         format('is %s (%s) with the next attempt %s', c.state, COALESCE(c.disposition, 'null'),
                COALESCE(c.next_attempt_at::text, 'null')) AS detail
    FROM ${contacts}
   WHERE (c.state IN ('completed', 'refused', 'in_progress') AND c.next_attempt_at IS NOT NULL)
      OR (c.state = 'pending' AND c.next_attempt_at IS NULL)
      OR (c.state = 'not_reached' AND c.next_attempt_at IS NOT NULL
          AND c.disposition IN ('suppressed', 'withdrawn', 'campaign_over', 'unknown_timezone', 'exhausted', 'not_placed'))`;

/**
 * Claimed: from the claim, or the end of its last pause. Offered: from its slot, plus what it may ring and last. $2 is
 * the time every step after that may take; $3 is how lately the carrier was asked about it.
 */
const OVERDUE = `FROM contacts c JOIN call_attempts a ON a.contact_id = c.id AND a.status <> 'ended'
   WHERE c.state = 'in_progress'
     AND COALESCE(a.dial_slot_at, GREATEST(a.claimed_at, a.not_before))
         + make_interval(secs => COALESCE(a.ring_seconds, 0) + COALESCE(a.call_seconds, 0))
         + $2::float8 * interval '1 ms' < COALESCE($1::timestamptz, clock_timestamp())`;
const ASKED_LATELY = `COALESCE(a.status <> 'claimed' AND a.settle_after IS NULL
     AND a.last_lookup_at + $3::float8 * interval '1 ms' >= COALESCE($1::timestamptz, clock_timestamp()), false)`;

/** Nobody is at work on it: a worker would have dialled, asked or settled by now. */
export const forgottenInProgress = (): string => `
  SELECT c.id::text AS entity, format('attempt %s is %s since %s', a.id, a.status,
           COALESCE(a.dial_slot_at, a.claimed_at)::text) AS detail
    ${OVERDUE} AND NOT ${ASKED_LATELY}`;

/** A worker asks for it and gets no answer that settles it: the carrier cannot be reached, or says that the call goes on. */
export const unresolvedAtCarrier = (): string => `
  SELECT c.id::text AS entity, format('attempt %s (%s) was asked for at the carrier at %s, without an answer', a.id,
           COALESCE(a.dial_result, a.status), a.last_lookup_at::text) AS detail
    ${OVERDUE} AND ${ASKED_LATELY}`;

/** People who were reset by hand are open whatever their campaign is. */
export const completedWithSomebodyLeft = (): string => `
  SELECT c.id::text AS entity, format('is %s in the completed campaign %s', c.state, p.id) AS detail
    FROM campaigns p JOIN contacts c ON c.campaign_id = p.id
   WHERE p.status = 'completed' AND NOT c.is_test
     AND c.state IN ('pending', 'not_reached') AND c.next_attempt_at IS NOT NULL
     AND NOT EXISTS (SELECT FROM domain_events e
                      WHERE e.entity_kind = 'contact' AND e.entity_id = c.id::text AND e.entity_version = c.version
                        AND e.type = 'contact.reset.v1')
  UNION ALL
  SELECT c.id::text, format('is in_progress in the completed campaign %s', p.id)
    FROM campaigns p JOIN contacts c ON c.campaign_id = p.id
   WHERE p.status = 'completed' AND NOT c.is_test AND c.state = 'in_progress' AND NOT ${CALLS_DELETED}
  UNION ALL
  SELECT c.id::text, format('attempt %s is %s in the completed campaign %s', a.id, a.status, p.id)
    FROM campaigns p JOIN call_attempts a ON a.campaign_id = p.id JOIN contacts c ON c.id = a.contact_id
   WHERE p.status = 'completed' AND a.status <> 'ended' AND NOT c.is_test AND c.state <> 'in_progress'`;

/**
 * A policy may be changed while a campaign runs: what counts is the limit at the last offer, told by the log. Whoever is
 * within the lowest limit there ever was needs no look at it.
 */
export const offeredTooOften = (contacts: string): string => `
  SELECT * FROM (
    WITH limits AS MATERIALIZED (
      SELECT p.id AS campaign_id, (p.policy ->> 'maxAttempts')::int AS now,
             LEAST((p.policy ->> 'maxAttempts')::int, e.lowest) AS lowest,
             GREATEST((p.policy ->> 'maxAttempts')::int, e.highest) AS highest
        FROM campaigns p
       CROSS JOIN LATERAL (
             SELECT min(LEAST((e.payload -> 'before' ->> 'maxAttempts')::int, (e.payload -> 'after' ->> 'maxAttempts')::int)) AS lowest,
                    max(GREATEST((e.payload -> 'before' ->> 'maxAttempts')::int, (e.payload -> 'after' ->> 'maxAttempts')::int)) AS highest
               FROM domain_events e
              WHERE e.entity_id = p.id::text AND e.entity_kind = 'campaign' AND e.type = 'campaign.policy_changed.v1') e),
    suspects AS MATERIALIZED (
      SELECT c.id, c.campaign_id, o.offered, l.now, l.highest
        FROM ${contacts} JOIN limits l ON l.campaign_id = c.campaign_id
       CROSS JOIN LATERAL (
             SELECT count(*) AS offered FROM call_attempts a
              WHERE a.contact_id = c.id AND a.status <> 'claimed' AND a.outcome IS DISTINCT FROM 'canceled') o
       WHERE o.offered > l.lowest AND NOT c.is_test)
    SELECT s.id::text AS entity, format('offered %s times, allowed were %s', s.offered, allowed.attempts) AS detail
      FROM suspects s
     CROSS JOIN LATERAL (
           SELECT max(e.id) AS dialed_at FROM domain_events e
            WHERE e.entity_kind = 'call' AND e.type = 'call.dialing.v1' AND ${inWholeLog('e')} AND e.entity_id =
                  (SELECT a.id::text FROM call_attempts a
                    WHERE a.contact_id = s.id AND a.status <> 'claimed' AND a.outcome IS DISTINCT FROM 'canceled'
                    ORDER BY a.attempt_number DESC LIMIT 1)) d
     CROSS JOIN LATERAL (
           SELECT CASE WHEN d.dialed_at IS NULL THEN s.highest ELSE COALESCE(
                    (SELECT (e.payload -> 'after' ->> 'maxAttempts')::int FROM domain_events e
                      WHERE e.entity_id = s.campaign_id::text AND e.entity_kind = 'campaign'
                        AND e.type = 'campaign.policy_changed.v1' AND e.id < d.dialed_at AND ${inWholeLog('e')}
                      ORDER BY e.id DESC LIMIT 1),
                    (SELECT (e.payload -> 'before' ->> 'maxAttempts')::int FROM domain_events e
                      WHERE e.entity_id = s.campaign_id::text AND e.entity_kind = 'campaign'
                        AND e.type = 'campaign.policy_changed.v1' AND e.id > d.dialed_at AND ${inWholeLog('e')}
                      ORDER BY e.id LIMIT 1),
                    s.now) END AS attempts) allowed
     WHERE s.offered > allowed.attempts) offers`;
