import {
  attemptsMiscounted,
  endWithoutOutcome,
  inProgressWithoutCall,
  LOG_IS_PRUNED,
  offeredTooOften,
  resultWithoutEvidence,
  twoLiveAttempts,
  wrongAppointment,
} from './row-invariants.queries.js';

const EVERY = 'contacts c';

/** The row that the last event of an entity told of is the row as it stands. */
const lastVersion = (kind: string, table: string): string => `
  SELECT r.id::text AS entity, format('${kind} has the version %s, its last event %s', r.version, COALESCE(e.last, 0)) AS detail
    FROM ${table} r
    LEFT JOIN LATERAL (SELECT x.entity_version AS last FROM domain_events x
                        WHERE x.entity_id = r.id::text AND x.entity_kind = '${kind}'
                        ORDER BY x.entity_version DESC LIMIT 1) e ON true
   WHERE r.version <> COALESCE(e.last, 0) AND NOT (r.version > COALESCE(e.last, 0) AND ${LOG_IS_PRUNED})`;

const PARTS: readonly (readonly [number, string])[] = [
  [2, attemptsMiscounted(EVERY)],
  [3, twoLiveAttempts()],
  [4, inProgressWithoutCall()],
  [5, resultWithoutEvidence(EVERY)],
  [8, endWithoutOutcome(EVERY)],
  [9, wrongAppointment(EVERY)],
  [13, lastVersion('contact', 'contacts')],
  [13, lastVersion('call', 'call_attempts')],
  [13, lastVersion('interview', 'interviews')],
  [13, lastVersion('campaign', 'campaigns')],
  [15, offeredTooOften(EVERY)],
];

/**
 * Every invariant that one snapshot of the rows can break, as one statement without parameters: `{invariant, entity,
 * detail}` per violation, no rows when all hold. Looks at everything, so it is for small databases, prepared once: 1 to 3 ms
 * for some dozen contacts, of which most is starting the plan. Run it with `jit = off`: compiling costs a hundred times that.
 */
export const QUICK_INVARIANTS_SQL = PARTS.map(
  ([number, sql]) => `SELECT ${number} AS invariant, v.entity, v.detail FROM (${sql}) v`,
).join('\nUNION ALL\n');
