import { inWholeLog, LOG_IS_PRUNED } from './row-invariants.queries.js';

/**
 * What the event log must tell. Ids are drawn while the row, the gate or the slot that an event tells of is locked, so
 * for one row, for one lane of slots, and for a dial and a stop, the order of ids is the order in which things happened,
 * whatever the clock did meanwhile. $1 and $2 bound the events looked at; what went before an event is found by index.
 */
const EVENTS = `domain_events d WHERE d.id > $1::bigint AND d.id <= $2::bigint`;

export const claimedAtLimit = (): string => `
  SELECT d.entity_id AS entity,
         format('claimed with %s of %s calls live, %s of %s everywhere', d.payload ->> 'live', d.payload ->> 'limit',
                d.payload ->> 'globalLive', d.payload ->> 'globalLimit') AS detail
    FROM ${EVENTS} AND d.type = 'call.claimed.v1'
     AND ((d.payload ->> 'live')::int >= (d.payload ->> 'limit')::int
       OR (d.payload ->> 'globalLive')::int >= (d.payload ->> 'globalLimit')::int)`;

/** OFFSET 0 keeps each look-up an index scan of its own, whatever the planner believes of the log's size. */
const lifecycle = (of: string, kind: string, id: string, types: string[]): string => `
  SELECT e.entity_id, e.id, e.type, e.occurred_at, lead(e.id) OVER (PARTITION BY e.entity_id ORDER BY e.id) AS until
    FROM (${of}) x
   CROSS JOIN LATERAL (
         SELECT e.entity_id, e.id, e.type, e.occurred_at FROM domain_events e
          WHERE e.entity_id = ${id} AND e.entity_kind = '${kind}'
            AND e.type IN (${types.map((type) => `'${type}'`).join(', ')}) AND ${inWholeLog('e')} OFFSET 0) e`;

const CAMPAIGN_STOPS = [
  'campaign.paused.v1',
  'campaign.closing.v1',
  'campaign.completed.v1',
  'campaign.reopened.v1',
];
const CAMPAIGN_LIFE = ['campaign.started.v1', 'campaign.resumed.v1', ...CAMPAIGN_STOPS];

/** In force when the dial was logged, or logged after it with an earlier stamp. */
const STOPPED = `((s.id < d.id AND (s.until IS NULL OR d.id < s.until)) OR (s.id > d.id AND s.occurred_at < d.occurred_at))`;

/** The events of one transaction are this far apart at most. */
const SAME_TRANSACTION = 20_000;

/**
 * A suppression that was lifted has left the list, and the log keeps no number: what is left is who had asked for it, and
 * whom it took out, in the same transaction and so with the same stamp. Where several numbers were suppressed at once,
 * nothing tells which of them it was.
 */
const LIFTED_LATER = `
  SELECT FROM contacts n
   CROSS JOIN LATERAL (
         SELECT x.id, x.type, x.occurred_at FROM domain_events x
          WHERE x.contact_id = n.id AND x.id < d.id
            AND (x.type = 'suppression.added.v1'
              OR (x.type = 'contact.settled.v1' AND x.payload ->> 'disposition' = 'suppressed')) OFFSET 0) e
   CROSS JOIN LATERAL (
         SELECT min(x.id) AS id, min(x.entity_id) AS entity_id FROM domain_events x
          WHERE x.id >= e.id AND x.id <= e.id + ${SAME_TRANSACTION} AND x.type = 'suppression.added.v1'
            AND x.occurred_at = e.occurred_at AND (e.type <> x.type OR x.id = e.id)
         HAVING count(*) = 1) added
    JOIN domain_events lifted
      ON lifted.entity_id = added.entity_id AND lifted.entity_kind = 'suppression' AND lifted.entity_version = 2
   WHERE n.phone_number = d.phone_number AND added.id < d.id AND d.id < lifted.id`;

/** Test calls go out whatever their campaign's status is; everything else stops them too. */
export const dialledAfterStop = (): string => `
  SELECT * FROM (
    WITH dials AS MATERIALIZED (
      SELECT d.id, d.entity_id, d.occurred_at, d.campaign_id, d.contact_id, c.phone_number, COALESCE(c.is_test, false) AS is_test
        FROM (SELECT * FROM ${EVENTS} AND d.type = 'call.dialing.v1') d LEFT JOIN contacts c ON c.id = d.contact_id),
    campaign_stops AS MATERIALIZED (
      SELECT * FROM (${lifecycle('SELECT DISTINCT campaign_id FROM dials', 'campaign', 'x.campaign_id::text', CAMPAIGN_LIFE)}) l
       WHERE l.type IN (${CAMPAIGN_STOPS.map((type) => `'${type}'`).join(', ')})),
    stops AS MATERIALIZED (
      SELECT * FROM (${lifecycle('SELECT 1', 'settings', `'global'`, ['settings.stopped.v1', 'settings.resumed.v1'])}) l
       WHERE l.type = 'settings.stopped.v1')
    SELECT d.entity_id AS entity, 'dialled after its number was suppressed' AS detail
      FROM dials d
     WHERE EXISTS (
           SELECT FROM suppressions s
             LEFT JOIN domain_events e
               ON e.entity_id = s.id::text AND e.entity_kind = 'suppression' AND e.entity_version = 1
            WHERE s.phone_number = d.phone_number AND (e.id < d.id OR s.created_at < d.occurred_at))
    UNION ALL
    SELECT d.entity_id, 'dialled while its number was suppressed, which was lifted later' FROM dials d
     WHERE EXISTS (${LIFTED_LATER})
    UNION ALL
    SELECT d.entity_id, 'dialled while its contact was ' || k.state
      FROM dials d
     CROSS JOIN LATERAL (
           SELECT e.type, e.position, COALESCE(e.payload ->> 'state', 'reset') AS state FROM domain_events e
            WHERE e.contact_id = d.contact_id AND e.entity_kind = 'contact' AND e.id < d.id
            ORDER BY e.id DESC LIMIT 1) k
     WHERE k.type <> 'contact.claimed.v1' AND ${inWholeLog('k')}
    UNION ALL
    SELECT d.entity_id, 'dialled while its campaign was not running' FROM dials d
     WHERE NOT d.is_test
       AND EXISTS (SELECT FROM campaign_stops s WHERE s.entity_id = d.campaign_id::text AND ${STOPPED})
    UNION ALL
    SELECT d.entity_id, 'dialled while dialling was stopped everywhere' FROM dials d
     WHERE EXISTS (SELECT FROM stops s WHERE ${STOPPED})) dialled`;

/** Before its first event a row has the version one less: contacts 0, settings and imports 1 (they begin without one). */
const FIRST_VERSION = { contact: 1, call: 1, interview: 1, campaign: 1, circuit: 1, settings: 2, import: 2 };

/** The count by index alone finds the suspects; they are asked again without what is left from before the retention mark. */
const gaps = (kind: keyof typeof FIRST_VERSION, rows: string, row = 'r', id = `${row}.id::text`): string => `
  SELECT ${id} AS entity, format('${kind} has the version %s, the log keeps %s events, %s to %s', ${row}.version, e.kept,
           COALESCE(e.first, 0), COALESCE(e.last, 0)) AS detail
    FROM ${rows}
   CROSS JOIN LATERAL (
         SELECT count(*) AS kept, min(x.entity_version) AS first, max(x.entity_version) AS last FROM domain_events x
          WHERE x.entity_id = ${id} AND x.entity_kind = '${kind}') e
   WHERE CASE WHEN e.kept = 0 THEN ${row}.version >= ${FIRST_VERSION[kind]} AND NOT ${LOG_IS_PRUNED}
              ELSE (e.last <> ${row}.version OR e.first > ${FIRST_VERSION[kind]} OR e.kept <> e.last - e.first + 1)
               AND (SELECT CASE WHEN count(*) = 0 THEN NOT ${LOG_IS_PRUNED}
                                ELSE max(y.entity_version) <> ${row}.version
                                  OR count(*) <> max(y.entity_version) - min(y.entity_version) + 1
                                  OR (min(y.entity_version) > ${FIRST_VERSION[kind]} AND NOT ${LOG_IS_PRUNED}) END
                      FROM domain_events y
                     WHERE y.entity_id = ${id} AND y.entity_kind = '${kind}' AND ${inWholeLog('y')}) END`;

export const gapsOfContacts = (contacts: string): string => `
  ${gaps('contact', contacts, 'c')}
  UNION ALL ${gaps('call', `${contacts} JOIN call_attempts r ON r.contact_id = c.id`)}
  UNION ALL ${gaps('interview', `${contacts} JOIN interviews r ON r.contact_id = c.id AND r.superseded_at IS NULL`)}`;

export const gapsOfCampaigns = (): string => `
  ${gaps('campaign', 'campaigns r')}
  UNION ALL ${gaps('settings', 'settings r', 'r', `'global'`)}
  UNION ALL ${gaps('import', 'imports r')}
  UNION ALL ${gaps('circuit', 'carrier_circuits r', 'r', 'r.carrier')}`;

/** Slots of one lane are many events apart at most; a step begins this much earlier, to know the slot before its first. */
const OVERLAP = 20_000;
/** A slot this far ahead of a dial was written by a clock that has since stepped back; the pace begins anew. */
const STEPPED_BACK = `interval '2 s'`;
/** No transaction lives as long: a dial further behind the one before it was not stamped by an old reading of the clock. */
const OLDEST_READING = `interval '5 s'`;

/**
 * Whether the clock has stepped back between a dial and the one before, and does not only seem so because whoever dialled
 * had stood still since reading it: what is told of the call next was stamped after the dial was over, so by a clock that
 * went on it is not earlier than the dial before. As long as nothing is told, nobody can know. What this cannot tell apart:
 * a step back of a few seconds, after which the carrier took longer than the step to answer, is reported.
 */
const clockSteppedBack = (dial: string): string => `
  ${dial}.before > ${dial}.occurred_at + ${STEPPED_BACK}
       AND (${dial}.before_at >= ${dial}.occurred_at + ${OLDEST_READING} OR COALESCE(
             (SELECT n.occurred_at FROM domain_events n
               WHERE n.entity_id = ${dial}.entity_id AND n.entity_kind = 'call'
                 AND n.entity_version = ${dial}.entity_version + 1 OFFSET 0) < ${dial}.before_at, true))`;

/**
 * Each slot keeps the pace in force at its reservation from the one before, of the caller account and of the campaign.
 * Slots of attempts that were put back count too: a request may have left in them.
 */
export const slotsTooClose = (): string => `
  SELECT * FROM (
    WITH changes AS MATERIALIZED (
      SELECT e.id, lead(e.id) OVER (ORDER BY e.id) AS until, row_number() OVER (ORDER BY e.id) AS nth,
             (e.payload -> 'before' ->> 'callsPerSecond')::float8 AS before,
             (e.payload -> 'after' ->> 'callsPerSecond')::float8 AS after
        FROM domain_events e
       WHERE e.entity_id = 'global' AND e.entity_kind = 'settings' AND e.type = 'settings.changed.v1'
         AND ${inWholeLog('e')}),
    spans AS MATERIALIZED (
      SELECT id AS since, until, after AS pace FROM changes
      UNION ALL SELECT 0, id, before FROM changes WHERE nth = 1
      UNION ALL SELECT 0, NULL, s.calls_per_second::float8 FROM settings s WHERE NOT EXISTS (SELECT FROM changes)),
    dials AS MATERIALIZED (
      SELECT d.id, d.entity_id, d.entity_version, d.occurred_at, d.campaign_id, (d.payload ->> 'slotAt')::timestamptz AS slot_at,
             COALESCE(a.carrier, p.carrier) AS carrier, (p.policy ->> 'callsPerSecond')::float8 AS pace_now
        FROM domain_events d
        LEFT JOIN call_attempts a ON a.id = d.attempt_id LEFT JOIN campaigns p ON p.id = d.campaign_id
       WHERE d.id > $1::bigint - ${OVERLAP} AND d.id <= $2::bigint AND d.type = 'call.dialing.v1'),
    paced AS (
      SELECT d.*, lag(d.slot_at) OVER (PARTITION BY d.carrier ORDER BY d.id) AS before,
             lag(d.occurred_at) OVER (PARTITION BY d.carrier ORDER BY d.id) AS before_at, spans.pace, 'account' AS lane
        FROM dials d JOIN spans ON d.id > spans.since AND (spans.until IS NULL OR d.id < spans.until)
       WHERE d.carrier IS NOT NULL
      UNION ALL
      SELECT d.*, lag(d.slot_at) OVER (PARTITION BY d.campaign_id ORDER BY d.id),
             lag(d.occurred_at) OVER (PARTITION BY d.campaign_id ORDER BY d.id), COALESCE(
               (SELECT (e.payload -> 'after' ->> 'callsPerSecond')::float8 FROM domain_events e
                 WHERE e.entity_id = d.campaign_id::text AND e.entity_kind = 'campaign'
                   AND e.type = 'campaign.policy_changed.v1' AND e.id < d.id AND ${inWholeLog('e')}
                 ORDER BY e.id DESC LIMIT 1),
               (SELECT (e.payload -> 'before' ->> 'callsPerSecond')::float8 FROM domain_events e
                 WHERE e.entity_id = d.campaign_id::text AND e.entity_kind = 'campaign'
                   AND e.type = 'campaign.policy_changed.v1' AND e.id > d.id AND ${inWholeLog('e')}
                 ORDER BY e.id LIMIT 1),
               d.pace_now), 'campaign'
        FROM dials d)
    SELECT p.entity_id AS entity,
           format('its slot is %s ms after the one before, the %s has %s calls per second',
                  round(extract(epoch FROM p.slot_at - p.before) * 1000), p.lane, p.pace) AS detail
      FROM paced p
     -- Slots are whole milliseconds.
     WHERE p.id > $1::bigint AND extract(epoch FROM p.slot_at - p.before) * 1000 < 1000 / p.pace - 0.5
       AND NOT (${clockSteppedBack('p')})) slots`;

/** A final `not_reached` yields to a refusal, and to a finished interview unless the person was taken out for good. */
export const finalStateLeft = (): string => `
  SELECT d.entity_id AS entity,
         format('was %s (%s) for good, then %s', k.payload ->> 'state', k.payload ->> 'disposition',
                COALESCE(d.payload ->> 'state', 'claimed')) AS detail
    FROM (SELECT * FROM ${EVENTS} AND d.entity_kind = 'contact'
             AND d.type IN ('contact.claimed.v1', 'contact.released.v1', 'contact.settled.v1')) d
   CROSS JOIN LATERAL (
         SELECT x.type, x.payload FROM domain_events x
          WHERE x.entity_id = d.entity_id AND x.entity_kind = 'contact' AND x.entity_version = d.entity_version - 1
         OFFSET 0) k
   WHERE k.type = 'contact.settled.v1' AND k.payload ->> 'nextAttemptAt' IS NULL
     AND NOT (d.type = 'contact.settled.v1' AND k.payload ->> 'state' = 'not_reached'
              AND (d.payload ->> 'state' = 'refused'
                OR (d.payload ->> 'state' = 'completed'
                    AND k.payload ->> 'disposition' NOT IN ('withdrawn', 'not_placed'))))`;

/** The other half: the row says something else than its last event, which made it final. */
export const finalStateOverwritten = (contacts: string): string => `
  SELECT c.id::text AS entity, format('is %s, its last event made it %s for good', c.state, e.payload ->> 'state') AS detail
    FROM ${contacts}
   CROSS JOIN LATERAL (
         SELECT x.type, x.payload FROM domain_events x
          WHERE x.entity_id = c.id::text AND x.entity_kind = 'contact' AND x.entity_version = c.version OFFSET 0) e
   WHERE e.type = 'contact.settled.v1' AND e.payload ->> 'nextAttemptAt' IS NULL
     AND (c.state <> e.payload ->> 'state' OR c.next_attempt_at IS NOT NULL)`;
