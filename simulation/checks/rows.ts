import type { CallingPolicy } from '../../src/campaign/contracts/calling-policy.js';
import type { ServerSession } from '../database/server-sessions.js';

export interface AttemptEnd {
  id: string;
  contactId: string;
  campaignId: string;
  attemptNumber: number;
  phoneNumber: string;
  providerCallId: string | null;
  outcome: string;
  correctedFrom: string | null;
  claimedAt: Date;
  dialSlotAt: Date | null;
  endedAt: Date | null;
  ringSeconds: number | null;
  callSeconds: number | null;
  hangUpAskedAt: Date | null;
}

/** A turn as it was stored; whose `callId` it was led with. */
export interface StoredTurn {
  attemptId: string;
  turn: number;
  callId: string;
  at: number;
}

export interface LoggedEvent {
  type: string;
  entityId: string;
  campaignId: string | null;
  payload: Record<string, unknown>;
  at: Date;
}

/** What the engine has written, as the checks at the end read it. */
export interface Rows {
  attempts: Map<string, AttemptEnd>;
  /** By contact id. */
  states: Map<string, string>;
  /** By contact id. */
  dispositions: Map<string, string | null>;
  /** By contact id. */
  numbers: Map<string, string>;
  /** Contacts somebody still ought to call. */
  open: { id: string; state: string }[];
  /** `attempt call kind` of every signal stored. */
  signals: Set<string>;
  /** The same, of those that are stored more than once. */
  signalsTwice: Set<string>;
  /** `attempt call` of every call that came late. */
  lateCalls: Set<string>;
  /** The call of every turn stored, by `attempt turn`. */
  turns: Map<string, string>;
  /** By contact id, in the order in which they were stored. */
  turnsOf: Map<string, StoredTurn[]>;
  /** The value of every answer stored, by `contact question`. */
  answers: Map<string, unknown>;
  suppressed: Set<string>;
  /** Intents to dial that were committed. */
  dials: { attemptId: string; contactId: string; campaignId: string; phoneNumber: string; at: number }[];
  /** In the order in which they were written. */
  events: LoggedEvent[];
  /** By campaign id. */
  policies: Map<string, CallingPolicy>;
  /** The keys of the questions that must be answered, by contact id. */
  required: Map<string, string[]>;
  /** The zone in which a contact's phone rings, by contact id. */
  zones: Map<string, string>;
}

const SIGNALS = `SELECT attempt_id || ' ' || provider_call_id || ' ' || (payload ->> 'kind') AS key
  FROM call_events WHERE kind = 'signal'`;

export async function readRows(session: ServerSession): Promise<Rows> {
  const read = async <T>(sql: string): Promise<T[]> => (await session.query(sql)).records as T[];
  const keys = async (sql: string) => new Set((await read<{ key: string }>(sql)).map(({ key }) => key));
  const attempts = await read<AttemptEnd>(
    `SELECT id, contact_id AS "contactId", campaign_id AS "campaignId", attempt_number AS "attemptNumber", phone_number AS "phoneNumber",
            provider_call_id AS "providerCallId", outcome, corrected_from AS "correctedFrom", claimed_at AS "claimedAt", dial_slot_at AS "dialSlotAt", ended_at AS "endedAt",
            ring_seconds AS "ringSeconds", call_seconds AS "callSeconds", hang_up_asked_at AS "hangUpAskedAt" FROM call_attempts`,
  );
  const contacts = await read<{
    required: string[];
    phoneNumber: string;
    id: string;
    state: string;
    disposition: string | null;
    open: boolean;
    zone: string;
  }>(
    `SELECT c.id, c.state, c.disposition, c.phone_number AS "phoneNumber",
            jsonb_path_query_array(s.definition, '$.questions[*] ? (!(@.required == false)).key') AS required, c.state IN ('pending', 'in_progress') OR c.next_attempt_at IS NOT NULL AS open,
            COALESCE(c.timezone, c.number_timezone, p.default_timezone) AS zone
       FROM contacts c JOIN campaigns p ON p.id = c.campaign_id JOIN surveys s ON s.id = p.survey_id ORDER BY c.id`,
  );
  const policies = await read<{ id: string; policy: CallingPolicy }>(`SELECT id, policy FROM campaigns`);
  const turns = await read<Omit<StoredTurn, 'at'> & { at: Date; contactId: string }>(
    `SELECT e.attempt_id AS "attemptId", e.turn, e.provider_call_id AS "callId", e.received_at AS at, a.contact_id AS "contactId"
       FROM call_events e JOIN call_attempts a ON a.id = e.attempt_id WHERE e.kind = 'turn' ORDER BY e.id`,
  );
  const turnsOf = new Map<string, StoredTurn[]>();
  for (const { contactId, ...turn } of turns)
    turnsOf.set(contactId, [...(turnsOf.get(contactId) ?? []), { ...turn, at: turn.at.getTime() }]);
  const answers = await read<{ key: string; value: unknown }>(
    `SELECT i.contact_id || ' ' || a.question_key AS key, a.value FROM answers a JOIN interviews i ON i.id = a.interview_id`,
  );
  const dials = await read<Omit<Rows['dials'][number], 'at'> & { at: Date }>(
    `SELECT e.attempt_id AS "attemptId", a.contact_id AS "contactId", a.campaign_id AS "campaignId",
            a.phone_number AS "phoneNumber", e.occurred_at AS at
       FROM domain_events e JOIN call_attempts a ON a.id = e.attempt_id WHERE e.type = 'call.dialing.v1' ORDER BY e.id`,
  );
  return {
    attempts: new Map(attempts.map((attempt) => [attempt.id, attempt])),
    states: new Map(contacts.map(({ id, state }) => [id, state])),
    dispositions: new Map(contacts.map(({ id, disposition }) => [id, disposition])),
    numbers: new Map(contacts.map(({ id, phoneNumber }) => [id, phoneNumber])),
    open: contacts.filter(({ open }) => open),
    signals: await keys(SIGNALS),
    signalsTwice: await keys(`SELECT key FROM (${SIGNALS}) s GROUP BY key HAVING count(*) > 1`),
    lateCalls: await keys(
      `SELECT attempt_id || ' ' || provider_call_id AS key FROM call_events WHERE kind = 'late_call'`,
    ),
    turns: new Map(turns.map(({ attemptId, turn, callId }) => [`${attemptId} ${turn}`, callId])),
    turnsOf,
    answers: new Map(answers.map(({ key, value }) => [key, value])),
    suppressed: await keys(`SELECT phone_number AS key FROM suppressions`),
    dials: dials.map((dial) => ({ ...dial, at: dial.at.getTime() })),
    events: await read(
      `SELECT type, entity_id AS "entityId", campaign_id AS "campaignId", payload, occurred_at AS at
         FROM domain_events ORDER BY id`,
    ),
    policies: new Map(policies.map(({ id, policy }) => [id, policy])),
    required: new Map(contacts.map(({ id, required }) => [id, required])),
    zones: new Map(contacts.map(({ id, zone }) => [id, zone])),
  };
}
