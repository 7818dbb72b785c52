/** The run's reading of the database; nothing but SELECTs. */

/**
 * @typedef {import('pg').Pool} Pool
 * @typedef {import('./truth.mjs').Stored} Stored
 */

/** Under this name our own sessions are told from those of the workers. */
export const SESSION_NAME = 'acceptance';

/**
 * @param {string} url
 * @returns {Promise<Pool>}
 */
export async function openPool(url) {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({ connectionString: url, application_name: SESSION_NAME, max: 4 });
  // A connection that breaks is reported by the query that meets it.
  pool.on('error', () => {});
  return pool;
}

/**
 * @param {Pool} pool
 * @param {string} sql
 * @param {unknown[]} [values]
 * @returns {Promise<any[]>}
 */
export async function rowsOf(pool, sql, values = []) {
  return (await pool.query(sql, values)).rows;
}

/**
 * @param {Pool} pool
 * @returns {Promise<{ claimed: number, dialing: number, inFlight: number, inFlightMs: number, live: number, ended: number, attempts: number, open: number }>} one snapshot
 */
export async function progressOf(pool) {
  const [row] = await rowsOf(
    pool,
    `SELECT count(*) FILTER (WHERE status = 'claimed')::int AS claimed,
            count(*) FILTER (WHERE status = 'dialing')::int AS dialing,
            count(*) FILTER (WHERE status = 'dialing' AND dial_result IS NULL AND dial_slot_at <= clock_timestamp())::int AS "inFlight",
            COALESCE(extract(epoch FROM clock_timestamp() - min(dial_slot_at) FILTER (WHERE status = 'dialing' AND dial_result IS NULL)) * 1000, 0)::int AS "inFlightMs",
            count(*) FILTER (WHERE status <> 'ended')::int AS live,
            count(*) FILTER (WHERE status = 'ended')::int AS ended,
            count(*)::int AS attempts,
            (SELECT count(*)::int FROM contacts WHERE state IN ('pending', 'in_progress') OR next_attempt_at IS NOT NULL) AS open
       FROM call_attempts`,
  );
  return row;
}

/**
 * @param {Pool} pool
 * @returns {Promise<Stored>}
 */
export async function storedState(pool) {
  const contacts = await rowsOf(
    pool,
    `SELECT c.id, c.phone_number AS phone, c.state, c.disposition, c.next_attempt_at AS "nextAttemptAt",
            EXISTS (SELECT 1 FROM suppressions s WHERE s.phone_number = c.phone_number) AS suppressed
       FROM contacts c ORDER BY c.phone_number`,
  );
  const attempts = await rowsOf(
    pool,
    `SELECT id, contact_id AS "contactId", attempt_number AS number, status, outcome,
            provider_call_id AS "providerCallId", claimed_at AS "claimedAt", dial_slot_at AS "slotAt",
            (SELECT min(occurred_at) FROM domain_events e
              WHERE e.entity_id = a.id::text AND e.type = 'call.dialing.v1') AS "dialledAt",
            ended_at AS "endedAt", empty_lookups AS "emptyLookUps", hang_up_asked_at IS NOT NULL AS "hangUpAsked"
       FROM call_attempts a`,
  );
  const answers = await rowsOf(
    pool,
    `SELECT i.contact_id AS "contactId", w.question_key AS key, w.raw_input AS raw
       FROM answers w JOIN interviews i ON i.id = w.interview_id WHERE i.superseded_at IS NULL`,
  );
  return { contacts, attempts, answers };
}

/**
 * How the attempts became bound whose create request had an unknown result: the first thing heard of each.
 *
 * @param {Pool} pool
 * @returns {Promise<{ lookup: number, webhook: number, lost: number }>}
 */
export async function resolutions(pool) {
  const [row] = await rowsOf(
    pool,
    `SELECT count(*) FILTER (WHERE first.source = 'lookup')::int AS lookup,
            count(*) FILTER (WHERE first.source = 'webhook')::int AS webhook,
            count(*) FILTER (WHERE a.outcome = 'lost')::int AS lost
       FROM call_attempts a
       JOIN domain_events e ON e.entity_id = a.id::text AND e.type = 'call.result_unknown.v1'
       LEFT JOIN LATERAL (SELECT source FROM call_events WHERE attempt_id = a.id ORDER BY id LIMIT 1) first ON true`,
  );
  return row;
}
