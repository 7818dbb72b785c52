import type { Environment } from '../../src/shared/environment/environment.js';
import type { LedgerCall } from '../carrier/ledger.js';
import { valueOf } from '../carrier/people.js';
import type { AttemptEnd, Rows } from './rows.js';

/** A request leaves at most this long after its slot (2 s) and is this long on its way at most. */
const LATEST_ARRIVAL_MS = 2_000 + 200;

/** What an attempt comes to whose call nobody answered; of the others the people decide. */
const UNANSWERED: Record<string, string> = {
  busy: 'busy',
  no_answer: 'no_answer',
  failed: 'failed',
  // We ended it before anybody answered.
  canceled: 'failed',
};

/** The engine's rows against the carrier's own books. */
export function checkLedger(calls: LedgerCall[], rows: Rows, environment: Environment): string[] {
  return [
    ...calls.flatMap((call) => checkCall(call, rows)),
    ...calls.flatMap((call) => boundToAnother(call, rows)),
    ...[...rows.attempts.values()].flatMap((attempt) =>
      attempt.outcome === 'lost' ? checkLost(attempt, environment) : [],
    ),
    ...[...rows.turns]
      .filter(([key, callId]) => rows.attempts.get(key.split(' ')[0]!)?.providerCallId !== callId)
      .map(([key, callId]) => `turn ${key} was led with ${callId}, which is not the call of that attempt`),
  ];
}

function checkCall(call: LedgerCall, rows: Rows): string[] {
  const attempt = rows.attempts.get(call.request.attemptId);
  if (attempt === undefined) return [`the carrier's call ${call.id} belongs to no attempt`];
  const late = call.createdAt - (attempt.dialSlotAt?.getTime() ?? 0);
  if (late > LATEST_ARRIVAL_MS) return [`call ${call.id} was placed ${Math.round(late)} ms after its slot`];
  if (attempt.providerCallId !== call.id) {
    // A call nobody waited for any more: never an interview, and late once a word of it was acknowledged.
    const isKnown = attempt.outcome === 'lost' || rows.lateCalls.has(`${attempt.id} ${call.id}`);
    return isKnown ? [] : [`call ${call.id} was not bound to its attempt, which ended ${attempt.outcome}`];
  }
  if (call.status === 'completed' || UNANSWERED[call.status] === attempt.outcome) return [];
  return [`call ${call.id} ended ${call.status}, its attempt ${attempt.id} ${attempt.outcome}`];
}

/** A call names its attempt in every address it was given: no other may be bound to it. */
function boundToAnother(call: LedgerCall, rows: Rows): string[] {
  const bound = [...rows.attempts.values()].filter(({ providerCallId }) => providerCallId === call.id);
  return bound
    .filter(({ id }) => id !== call.request.attemptId)
    .map(({ id }) => `attempt ${id} is bound to ${call.id}, the call of ${call.request.attemptId}`);
}

/** Given up only when any call of it would be over. */
function checkLost(attempt: AttemptEnd, environment: Environment): string[] {
  const overAt =
    attempt.dialSlotAt!.getTime() +
    environment.CREATE_TIMEOUT_MS +
    environment.CREATE_GRACE_MS +
    environment.CARRIER_QUEUE_MS +
    (attempt.ringSeconds! + attempt.callSeconds!) * 1_000;
  return attempt.endedAt!.getTime() < overAt ? [`attempt ${attempt.id} was given up before its time`] : [];
}

/** Longer than the answer to a search is under way, shorter than the lease it is made under. */
const SEARCH_TAKES_MS = 20_000;

/** Given up on the word of the carrier only: two searches apart that it answered, the last of them just before. */
export function checkSearches(
  searches: { to: string; at: number }[],
  rows: Rows,
  environment: Environment,
): string[] {
  return [...rows.attempts.values()].flatMap(({ id, outcome, phoneNumber, dialSlotAt, endedAt }) => {
    if (outcome !== 'lost') return [];
    const lostAt = endedAt!.getTime();
    const answered = searches.filter(
      ({ to, at }) => to === phoneNumber && at > dialSlotAt!.getTime() && at <= lostAt,
    );
    const [first, last] = [answered[0], answered.at(-1)];
    const isKnown =
      last !== undefined &&
      lostAt - last.at <= SEARCH_TAKES_MS &&
      last.at - first!.at >= environment.LOOKUP_INTERVAL_MS;
    return isKnown ? [] : [`attempt ${id} was given up without two answers of the carrier`];
  });
}

/** Every turn that was acknowledged: stored, and what was keyed in it done; or its call is known as late. */
export function checkTurns(calls: LedgerCall[], rows: Rows): string[] {
  return calls.flatMap((call) => {
    const { attemptId, to } = call.request;
    const contactId = rows.attempts.get(attemptId)?.contactId;
    return call.inputs.flatMap(({ turn, question, keys, acknowledgedAt }) => {
      if (acknowledgedAt === null || rows.lateCalls.has(`${attemptId} ${call.id}`)) return [];
      if (rows.turns.get(`${attemptId} ${turn}`) !== call.id)
        return [`turn ${turn} of ${attemptId} was acknowledged to ${call.id} and is not stored`];
      if (question === null || keys === null) return [];
      if (question !== 'consent') {
        const isMissing =
          valueOf(question, keys) !== undefined && !rows.answers.has(`${contactId} ${question}`);
        return isMissing
          ? [`the answer ${keys} to ${question} in ${call.id} was acknowledged and is missing`]
          : [];
      }
      const found: string[] = [];
      const state = rows.states.get(contactId!);
      if ((keys === '2' || keys === '9') && state !== 'refused')
        found.push(`contact ${contactId} refused in ${call.id} and is ${state}`);
      if (keys === '9' && !rows.suppressed.has(to))
        found.push(`contact ${contactId} opted out in ${call.id} and is not suppressed`);
      return found;
    });
  });
}
