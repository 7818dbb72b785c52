import type { CampaignStatus } from '../../src/campaign/contracts/campaigns.js';
import type { Tx } from '../../src/shared/db/tx.js';
import { CALL_OUTCOMES } from '../../src/telephony/contracts/call-attempt.js';

export const AT = '2026-11-23T15:00:00+00:00';

/** Columns of one row, by their names in the database. */
export type Row = Record<string, unknown>;
export type Table = 'campaigns' | 'contacts' | 'call_attempts';

/** Where a row can stand, in a word or two. */
export type Standings = Record<string, Row>;

const started = { carrier: 'simulator', started_at: AT };
export const CAMPAIGNS: Standings = {
  draft: { status: 'draft' },
  running: { status: 'running', ...started },
  'running, closing': { status: 'running', ...started, closing_at: AT },
  paused: { status: 'paused', ...started },
  'paused, closing': { status: 'paused', ...started, closing_at: AT },
  completed: { status: 'completed', ...started, completed_at: AT },
  'completed by closing': { status: 'completed', ...started, completed_at: AT, closing_at: AT },
};

const open = { next_attempt_at: AT };
export const CONTACTS: Standings = {
  pending: { state: 'pending', ...open },
  'given back': { state: 'pending', ...open, attempts_count: 1, last_attempt_at: AT },
  'in its first call': { state: 'in_progress', state_before_claim: 'pending', attempts_count: 1 },
  'in a further call': {
    state: 'in_progress',
    state_before_claim: 'not_reached',
    attempts_count: 2,
    disposition: 'busy',
  },
  completed: { state: 'completed', disposition: 'completed', attempts_count: 1 },
  refused: { state: 'refused', disposition: 'refused', attempts_count: 1 },
  'opted out': { state: 'refused', disposition: 'opted_out', attempts_count: 1 },
  due: { state: 'not_reached', ...open, disposition: 'busy', attempts_count: 1 },
  exhausted: { state: 'not_reached', disposition: 'no_answer', attempts_count: 3 },
  withdrawn: { state: 'not_reached', disposition: 'withdrawn', attempts_count: 1 },
  'not placed': { state: 'not_reached', disposition: 'not_placed', attempts_count: 1 },
};

const dialled = { offers: 1, dialing_at: AT, dial_slot_at: AT };
const bound = { ...dialled, dial_result: 'accepted', provider_call_id: 'CA1' };
export const ATTEMPTS: Standings = {
  claimed: { status: 'claimed' },
  'claimed again': { status: 'claimed', offers: 1 },
  dialing: { status: 'dialing', ...dialled },
  unknown: { status: 'dialing', ...dialled, dial_result: 'unknown' },
  accepted: { status: 'dialing', ...bound },
  ringing: { status: 'ringing', ...bound },
  'in progress': { status: 'in_progress', ...bound },
  held: { status: 'in_progress', ...bound, carrier_end: 'completed', settle_after: AT },
  ...Object.fromEntries(
    CALL_OUTCOMES.map((outcome) => [
      `ended ${outcome}`,
      {
        status: 'ended',
        outcome,
        ended_at: AT,
        ...(outcome === 'canceled' ? {} : outcome === 'not_placed' ? dialled : bound),
      },
    ]),
  ),
  corrected: { status: 'ended', outcome: 'completed', ended_at: AT, ...bound, corrected_from: 'hung_up' },
};

/** A row standing there, with whatever it needs around it; returns it as JSON, as the database has it. */
export async function placed(tx: Tx, table: Table, columns: Row): Promise<Row> {
  if (table === 'campaigns') {
    return insert(tx, 'campaigns', {
      name: 'Guarded',
      language: 'en-US',
      policy: '{}',
      created_at: AT,
      ...columns,
    });
  }
  if (table === 'contacts') {
    const campaign = await placed(tx, 'campaigns', CAMPAIGNS.running!);
    return insert(tx, 'contacts', {
      campaign_id: campaign.id,
      phone_number: '+12025550100',
      created_at: AT,
      version: 3,
      ...columns,
    });
  }
  const contact = await placed(tx, 'contacts', CONTACTS['in its first call']!);
  return insert(tx, 'call_attempts', {
    contact_id: contact.id,
    campaign_id: contact.campaign_id,
    attempt_number: 1,
    phone_number: contact.phone_number,
    carrier: 'simulator',
    claimed_at: AT,
    version: 3,
    ...columns,
  });
}

async function insert(tx: Tx, table: Table, row: Row): Promise<Row> {
  const names = Object.keys(row);
  const inserted = await tx.row<{ row: Row }>(
    `INSERT INTO ${table} (id, ${names.join(', ')})
     VALUES (gen_random_uuid(), ${names.map((_, index) => `$${index + 1}`).join(', ')})
     RETURNING to_jsonb(${table}) AS row`,
    Object.values(row),
  );
  return inserted!.row;
}

/** Work on rows that are gone afterwards. */
export async function undone<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
  await tx.execute('SAVEPOINT before_it');
  try {
    return await work();
  } finally {
    await tx.execute('ROLLBACK TO SAVEPOINT before_it; RELEASE SAVEPOINT before_it');
  }
}

/**
 * One UPDATE per call, undone by an exception of its own: thousands of tries take one round trip. The row that it made,
 * as JSON, or null when the database refuses it.
 */
const TRIED = `CREATE OR REPLACE FUNCTION pg_temp.tried(place text, row_id uuid, changes jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
  DECLARE
    columns text;
    made jsonb;
  BEGIN
    SELECT string_agg(quote_ident(key), ', ') INTO columns FROM jsonb_object_keys(changes) AS key;
    EXECUTE format('UPDATE %1$I SET (%2$s) = (SELECT %2$s FROM jsonb_populate_record(NULL::%1$I, $1)) WHERE id = $2
                    RETURNING to_jsonb(%1$I)', place, columns) INTO made USING changes, row_id;
    RAISE EXCEPTION USING ERRCODE = 'UNDO1';
  EXCEPTION
    WHEN SQLSTATE 'UNDO1' THEN RETURN made;
    WHEN integrity_constraint_violation THEN RETURN NULL;
  END $$`;

export interface HandWritten {
  id: unknown;
  set: Row;
}

/** What each hand-written UPDATE makes of its row, undone again; null where the database refuses it. */
export async function updatedEach(tx: Tx, table: Table, updates: HandWritten[]): Promise<(Row | null)[]> {
  await tx.execute(TRIED);
  const made = await tx.rows<{ made: Row | null }>(
    `SELECT pg_temp.tried($1, (update.value->>'id')::uuid, update.value->'set') AS made
       FROM jsonb_array_elements($2::jsonb) WITH ORDINALITY AS update(value, nth) ORDER BY nth`,
    [table, JSON.stringify(updates)],
  );
  return made.map((row) => row.made);
}

export async function updated(tx: Tx, table: Table, id: unknown, set: Row): Promise<Row | null> {
  return (await updatedEach(tx, table, [{ id, set }]))[0]!;
}

/** The columns that bring a campaign to a status, as an operator would write them. */
export function toCampaign(status: CampaignStatus, before: Row): Row {
  return {
    status,
    completed_at: status === 'completed' ? AT : null,
    closing_at: before.status === 'completed' && status === 'paused' ? null : before.closing_at,
    started_at: before.started_at ?? AT,
    carrier: 'simulator',
  };
}
