/** What a checker goes through: all of it in steps, or what the log has told of lately. */

/** Contacts with $1 < id <= $2; null bounds nothing. */
export const CONTACTS_OF_STEP = `(SELECT k.* FROM contacts k
   WHERE k.id > COALESCE($1::uuid, '00000000-0000-0000-0000-000000000000')
     AND k.id <= COALESCE($2::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')) c`;

/** Contacts with the ids $1; OFFSET 0 makes each an index look-up, however large the table is. */
export const CONTACTS_OF_LIST = `(SELECT k.* FROM unnest($1::uuid[]) told(id)
   CROSS JOIN LATERAL (SELECT x.* FROM contacts x WHERE x.id = told.id OFFSET 0) k) c`;

/** Contacts that events with $1 < id <= $2 tell of. */
export const CONTACTS_TOLD_OF = `SELECT DISTINCT e.contact_id AS id FROM domain_events e
  WHERE e.id > $1::bigint AND e.id <= $2::bigint AND e.contact_id IS NOT NULL`;

/** The last contact of a step of $2 contacts after $1; no row when fewer are left. */
export const END_OF_STEP = `SELECT k.id FROM contacts k
  WHERE k.id > COALESCE($1::uuid, '00000000-0000-0000-0000-000000000000') ORDER BY k.id OFFSET $2 - 1 LIMIT 1`;

export const LOG_BOUNDS = `SELECT COALESCE(min(id), 1)::text AS first, COALESCE(max(id), 0)::text AS last FROM domain_events`;

/** Whether there are more contacts than $1. */
export const MORE_CONTACTS_THAN = `SELECT EXISTS (SELECT FROM contacts OFFSET $1) AS more`;

/** Findings as they are reported: how many, and the first few. */
export const counted = (sql: string): string => `
  WITH broken AS MATERIALIZED (${sql})
  SELECT (SELECT count(*)::int FROM broken) AS count,
         (SELECT COALESCE(jsonb_agg(jsonb_build_object('entity', b.entity, 'detail', b.detail)), '[]'::jsonb)
            FROM (SELECT entity, detail FROM broken ORDER BY entity, detail LIMIT 5) b) AS examples`;
