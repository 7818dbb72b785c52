/** The invariants of the dial protocol as SQL: each statement finds what breaks it. */
import { rowsOf } from './rows.mjs';

/**
 * @param {{ questions: string[], maxAttempts: number, callsPerSecond: number }} rules
 * @returns {{ name: string, sql: string, values?: unknown[] }[]}
 */
function invariants({ questions, maxAttempts, callsPerSecond }) {
  return [
    {
      name: 'attempts_count is the number of the last attempt',
      sql: `SELECT c.id FROM contacts c LEFT JOIN call_attempts a ON a.contact_id = c.id GROUP BY c.id
            HAVING c.attempts_count <> COALESCE(max(a.attempt_number), 0)`,
    },
    {
      name: 'at most one live attempt per contact and per number',
      sql: `SELECT phone_number FROM call_attempts WHERE status <> 'ended' GROUP BY phone_number HAVING count(*) > 1
            UNION ALL SELECT contact_id::text FROM call_attempts WHERE status <> 'ended' GROUP BY contact_id HAVING count(*) > 1`,
    },
    {
      name: 'a contact is in_progress exactly while an attempt of it is live',
      sql: `SELECT c.id FROM contacts c LEFT JOIN call_attempts a ON a.contact_id = c.id AND a.status <> 'ended'
             WHERE (c.state = 'in_progress') <> (a.id IS NOT NULL)`,
    },
    {
      name: 'completed means that one interview holds every required answer',
      sql: `SELECT c.id FROM contacts c WHERE c.state = 'completed' AND NOT EXISTS (
              SELECT 1 FROM interviews i WHERE i.contact_id = c.id AND i.superseded_at IS NULL AND i.status = 'completed'
                 AND (SELECT count(*) FROM answers w WHERE w.interview_id = i.id AND w.question_key = ANY ($1)) = cardinality($1))`,
      values: [questions],
    },
    {
      name: 'refused means that a refusal is stored',
      sql: `SELECT c.id FROM contacts c WHERE c.state = 'refused' AND NOT EXISTS (
              SELECT 1 FROM interviews i WHERE i.contact_id = c.id AND i.superseded_at IS NULL AND i.refusal IS NOT NULL)`,
    },
    {
      name: 'a call of the carrier belongs to one attempt',
      sql: `SELECT provider_call_id FROM call_attempts WHERE provider_call_id IS NOT NULL
             GROUP BY provider_call_id HAVING count(*) > 1`,
    },
    {
      name: 'nobody was claimed at the limit',
      sql: `SELECT id FROM domain_events WHERE type = 'call.claimed.v1'
               AND (payload ->> 'live')::int >= (payload ->> 'limit')::int`,
    },
    {
      name: 'ended exactly when an outcome is set',
      sql: `SELECT id FROM call_attempts WHERE (status = 'ended') <> (outcome IS NOT NULL)`,
    },
    {
      name: 'final contacts have no next attempt, open ones have one',
      sql: `SELECT id FROM contacts WHERE (state IN ('completed', 'refused', 'in_progress') AND next_attempt_at IS NOT NULL)
                OR (state = 'pending' AND next_attempt_at IS NULL)`,
    },
    {
      name: 'no number was dialled after it was put on the do-not-call list',
      sql: `SELECT a.id FROM call_attempts a JOIN suppressions s USING (phone_number) WHERE a.dialing_at > s.created_at`,
    },
    {
      name: 'the event versions of every entity are gapless and end with its row',
      sql: `SELECT r.kind, r.id FROM (
              SELECT id::text, version, 'contact' AS kind FROM contacts UNION ALL
              SELECT id::text, version, 'call' FROM call_attempts UNION ALL
              SELECT id::text, version, 'campaign' FROM campaigns UNION ALL
              SELECT id::text, version, 'interview' FROM interviews) r
              LEFT JOIN domain_events e ON e.entity_id = r.id AND e.entity_kind = r.kind
             GROUP BY r.kind, r.id, r.version
            HAVING count(e.id) <> r.version OR COALESCE(max(e.entity_version), 0) <> r.version`,
    },
    {
      name: 'dial slots keep the pace',
      sql: `SELECT dial_slot_at FROM (SELECT dial_slot_at, lag(dial_slot_at) OVER (ORDER BY dial_slot_at) AS before FROM call_attempts
              WHERE dial_slot_at IS NOT NULL) s WHERE dial_slot_at - before < make_interval(secs => $1)`,
      // Slots are stamped in whole milliseconds.
      values: [1 / callsPerSecond - 0.001],
    },
    {
      name: 'nobody was offered to the carrier more often than the policy says',
      sql: `SELECT contact_id FROM call_attempts WHERE outcome IS DISTINCT FROM 'canceled' AND status <> 'claimed'
             GROUP BY contact_id HAVING count(*) > $1`,
      values: [maxAttempts],
    },
    {
      name: 'a final contact was never claimed again, unless it was reset',
      sql: `SELECT contact_id FROM (
              SELECT contact_id, type, lag(type) OVER w AS before_type, lag(payload ->> 'state') OVER w AS before_state
                FROM domain_events WHERE entity_kind = 'contact' WINDOW w AS (PARTITION BY entity_id ORDER BY entity_version)) s
             WHERE type = 'contact.claimed.v1' AND before_type = 'contact.settled.v1' AND before_state IN ('completed', 'refused')`,
    },
  ];
}

/**
 * @param {import('pg').Pool} pool
 * @param {{ questions: string[], maxAttempts: number, callsPerSecond: number }} rules
 * @returns {Promise<{ checked: number, broken: string[] }>}
 */
export async function brokenInvariants(pool, rules) {
  const all = invariants(rules);
  /** @type {string[]} */
  const broken = [];
  for (const { name, sql, values } of all) {
    const rows = await rowsOf(pool, sql, values);
    if (rows.length > 0)
      broken.push(`${name}: broken ${rows.length} times, first ${JSON.stringify(rows[0])}`);
  }
  return { checked: all.length, broken };
}
