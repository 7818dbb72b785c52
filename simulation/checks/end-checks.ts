import type { LedgerCall } from '../carrier/exchange.js';
import type { World } from '../world.js';

interface AttemptEnd {
  id: string;
  contactId: string;
  campaignId: string;
  providerCallId: string | null;
  outcome: string;
  offers: number;
}

/** At rest: everybody final, nothing acknowledged missing, and the engine's rows in agreement with the carrier's books. */
export async function checkEnd(world: World): Promise<string[]> {
  const read = async <T>(sql: string): Promise<T[]> => (await world.sessions.watcher.query(sql)).records as T[];
  const attempts = await read<AttemptEnd>(
    `SELECT id, contact_id AS "contactId", campaign_id AS "campaignId", provider_call_id AS "providerCallId", outcome, offers FROM call_attempts`,
  );
  const contacts = await read<{ id: string; phoneNumber: string; state: string }>(
    `SELECT id, phone_number AS "phoneNumber", state FROM contacts WHERE NOT is_test`,
  );
  const open = await read<{ id: string; state: string }>(
    `SELECT id, state FROM contacts WHERE state IN ('pending', 'in_progress') OR next_attempt_at IS NOT NULL`,
  );
  const calls = [...world.exchange.calls.values()];
  const stored = await read<{ key: string }>(
    `SELECT attempt_id || ' ' || provider_call_id || ' ' || (payload ->> 'kind') AS key FROM call_events WHERE kind = 'signal'`,
  );
  const late = await read<{ key: string }>(
    `SELECT attempt_id || ' ' || provider_call_id AS key FROM call_events WHERE kind = 'late_call'`,
  );
  const turns = await read<{ key: string }>(
    `SELECT attempt_id || ' ' || turn AS key FROM call_events WHERE kind = 'turn'`,
  );
  const answers = await read<{ contactId: string; question: string; raw: string; attemptId: string }>(
    `SELECT i.contact_id AS "contactId", a.question_key AS question, a.raw_input AS raw, a.attempt_id AS "attemptId"
       FROM answers a JOIN interviews i ON i.id = a.interview_id`,
  );
  const dials = await read<{ attemptId: string; campaignId: string; phoneNumber: string; at: Date }>(
    `SELECT e.attempt_id AS "attemptId", e.campaign_id AS "campaignId", a.phone_number AS "phoneNumber", e.occurred_at AS at
       FROM domain_events e JOIN call_attempts a ON a.id = e.attempt_id WHERE e.type = 'call.dialing.v1'`,
  );
  const signals = new Set(stored.map(({ key }) => key));
  const lateCalls = new Set(late.map(({ key }) => key));
  const turnKeys = new Set(turns.map(({ key }) => key));
  const byId = new Map(attempts.map((attempt) => [attempt.id, attempt]));
  const stateOf = new Map(contacts.map((contact) => [contact.id, contact]));
  return [
    ...open.map(({ id, state }) => `contact ${id} is not final: ${state}`),
    ...callsPerAttempt(calls),
    ...calls.flatMap((call) => agreement(call, byId.get(call.request.attemptId), lateCalls)),
    ...world.deliveries.acknowledged
      .filter(({ attemptId, callId, kind }) => {
        const isLate = lateCalls.has(`${attemptId} ${callId}`) || byId.get(attemptId)?.providerCallId !== callId;
        return !isLate && !signals.has(`${attemptId} ${callId} ${kind}`);
      })
      .map(({ callId, kind }) => `the acknowledged callback ${kind} of ${callId} is not stored`),
    ...calls.flatMap((call) => lostKeys(call, byId, turnKeys, answers, stateOf)),
    ...dials.flatMap(({ attemptId, campaignId, phoneNumber, at }) =>
      world.operators.bans
        .filter(
          (ban) =>
            at.getTime() > ban.from &&
            at.getTime() < ban.to &&
            (ban.campaignId === null || ban.campaignId === campaignId) &&
            (ban.phoneNumber === null || ban.phoneNumber === phoneNumber),
        )
        .map(() => `attempt ${attemptId} was dialled after it was forbidden`),
    ),
  ];
}

/** Never twice: the carrier has at most one call for an attempt. */
function callsPerAttempt(calls: LedgerCall[]): string[] {
  const counts = new Map<string, number>();
  for (const { request } of calls) counts.set(request.attemptId, (counts.get(request.attemptId) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count > 1)
    .map(([attemptId, count]) => `attempt ${attemptId} was placed ${count} times`);
}

/** What each end may be called, by what the carrier knows of the call. */
const OUTCOMES: Record<string, readonly string[]> = {
  busy: ['busy'],
  no_answer: ['no_answer'],
  failed: ['failed'],
  canceled: ['failed', 'no_answer', 'completed', 'refused'],
  completed: ['completed', 'refused', 'partial', 'hung_up', 'no_response', 'machine', 'failed'],
};

function agreement(call: LedgerCall, attempt: AttemptEnd | undefined, late: Set<string>): string[] {
  if (attempt === undefined) return [`the carrier's call ${call.id} belongs to no attempt`];
  if (attempt.providerCallId !== call.id) {
    // A call nobody waited for any more: counted as late when it was heard of, and never an interview.
    const isKnown = attempt.outcome === 'lost' || late.has(`${attempt.id} ${call.id}`);
    return isKnown ? [] : [`call ${call.id} was not bound to its attempt, which ended ${attempt.outcome}`];
  }
  const isAllowed = OUTCOMES[call.status]?.includes(attempt.outcome) === true;
  return isAllowed ? [] : [`call ${call.id} ended ${call.status}, its attempt ${attempt.id} ${attempt.outcome}`];
}

function lostKeys(
  call: LedgerCall,
  attempts: Map<string, AttemptEnd>,
  turns: Set<string>,
  answers: { contactId: string; question: string; raw: string; attemptId: string }[],
  contacts: Map<string, { state: string; phoneNumber: string }>,
): string[] {
  const { attemptId } = call.request;
  const attempt = attempts.get(attemptId);
  if (attempt === undefined || attempt.providerCallId !== call.id) return [];
  const found: string[] = [];
  for (const { turn, question, keys, acknowledged } of call.pressed) {
    if (!acknowledged) continue;
    if (!turns.has(`${attemptId} ${turn}`)) found.push(`turn ${turn} of ${attemptId} was answered and is not stored`);
    const state = contacts.get(attempt.contactId)?.state;
    if (question === 'consent' && (keys === '2' || keys === '9') && state !== 'refused')
      found.push(`${call.request.to} refused in ${call.id} and is ${state}`);
    if (question === 'consent' || keys === '0') continue;
    const kept = answers.some((answer) => answer.contactId === attempt.contactId && answer.question === question);
    if (!kept) found.push(`the answer ${keys} to ${question} of ${call.id} was acknowledged and is missing`);
  }
  return found;
}
