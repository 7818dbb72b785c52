import type { LedgerCall } from '../carrier/ledger.js';
import { QUESTIONS } from '../carrier/people.js';
import type { AttemptEnd, Rows } from './rows.js';
import { type Moment, type Said, whatWasSaid } from './what-was-said.js';

/**
 * A signal carries the time at which it came, and then waits for the rows; a worker may also be frozen meanwhile. Turns
 * this near to an end may have been stored before it or after it.
 */
const NEAR_MS = 20_000;
/** Of the answers that are required. */
const PARTIAL_FROM = 0.5;

/** Contacts that operators have wanted to take out, acknowledged or not, and when they first did. */
export interface TakenOut {
  withdrawn: ReadonlyMap<string, number>;
}

/**
 * Outcomes, final states and answers are what the people did: the keys are those of the carrier's books, only the order
 * of turns is the engine's. A turn that was never acknowledged counts if it was stored; what was acknowledged must be
 * stored, which is checked on its own.
 */
export function checkPeople(
  calls: ReadonlyMap<string, LedgerCall>,
  rows: Rows,
  takenOut: TakenOut,
): string[] {
  const found: string[] = [];
  const said = new Map<string, Said>();
  for (const contactId of rows.states.keys()) said.set(contactId, whatWasSaid(contactId, calls, rows, found));
  for (const attempt of rows.attempts.values()) {
    const call = attempt.providerCallId === null ? undefined : calls.get(attempt.providerCallId);
    if (call?.status !== 'completed' || call.request.attemptId !== attempt.id) continue;
    const expected = outcomesOf(attempt, call, said.get(attempt.contactId)!.moments, rows);
    if (!expected.has(attempt.outcome))
      found.push(
        `attempt ${attempt.id} ended ${attempt.outcome}, what the person did in ${call.id} was ${[...expected].join(' or ')}`,
      );
  }
  for (const [contactId, of] of said) {
    if (of.standing === 'open' && of.moments.at(-1)?.answered === 1) of.standing = 'completed by evidence';
    found.push(...checkState(contactId, of, rows, takenOut), ...checkAnswers(contactId, of, rows));
    found.push(...checkDials(contactId, of, rows));
  }
  return found;
}

/** What the attempt of a call that somebody answered may have come to; more than one only where two things came together. */
function outcomesOf(
  attempt: AttemptEnd,
  call: LedgerCall,
  moments: readonly Moment[],
  rows: Rows,
): Set<string> {
  const endedAt = attempt.endedAt!.getTime();
  const failsBy = attempt.hangUpAskedAt === null ? 'hung_up' : 'failed';
  const own = moments.filter(({ attemptId }) => attemptId === attempt.id);
  const expected = new Set<string>();
  if (call.answeredBy === 'machine') return expected.add('machine');
  // What the answers proved when it ended.
  const before = moments.findLastIndex(({ at }) => at <= endedAt - NEAR_MS);
  for (const moment of [moments[before], ...moments.slice(before + 1)]) {
    if (moment !== undefined && moment.at > endedAt + NEAR_MS) break;
    const wasSilent = own.some((one) => one.wasSilent && one.at <= (moment?.at ?? 0));
    expected.add(byEvidence(moment, wasSilent, failsBy));
  }
  // The last answer that is required came after the end: what may be left out is left out then.
  if (own.some(({ answered, at }) => answered === 1 && at > endedAt - NEAR_MS)) expected.add('completed');
  const decision = own.find(({ standing }) => standing !== 'open');
  if (decision === undefined) return expected;
  const certain = new Set<string>([decision.standing]);
  const isLate = decision.at > endedAt - NEAR_MS;
  // Ended by us: such an outcome is never corrected.
  if (isLate && expected.has('failed')) certain.add('failed');
  // A newer call was on its way already: the end of that one settles the contact.
  const newer = rows.dials.some(
    ({ attemptId, contactId, at }) =>
      contactId === attempt.contactId &&
      rows.attempts.get(attemptId)!.attemptNumber > attempt.attemptNumber &&
      at <= decision.at + NEAR_MS,
  );
  if (isLate && newer && decision.standing === 'completed')
    for (const outcome of expected) certain.add(outcome);
  return certain;
}

function byEvidence(moment: Moment | undefined, wasSilent: boolean, otherwise: 'hung_up' | 'failed'): string {
  if (moment !== undefined && moment.standing !== 'open') return moment.standing;
  // Whoever breaks off before a question that may be left out has finished.
  if (moment?.answered === 1) return 'completed';
  if (moment !== undefined && moment.answered >= PARTIAL_FROM) return 'partial';
  return wasSilent ? 'no_response' : otherwise;
}

/** Refused by whoever refused, completed by whoever answered everything, and by nobody else. */
function checkState(contactId: string, said: Said, rows: Rows, takenOut: TakenOut): string[] {
  const { standing } = said;
  const state = rows.states.get(contactId)!;
  const expected =
    standing === 'open' ? 'not_reached' : standing === 'refused' ? 'refused' : ('completed' as const);
  if (state === expected) return [];
  const wasTakenOut =
    expected === 'completed' && state === 'not_reached' && isWithdrawn(contactId, said, rows, takenOut);
  return wasTakenOut ? [] : [`contact ${contactId} is ${state}, what the person has said is ${standing}`];
}

/** Withdrawn before the last answer came, or before the end of a call with answers enough: that is never overruled. */
function isWithdrawn(contactId: string, said: Said, rows: Rows, takenOut: TakenOut): boolean {
  const orderedAt = takenOut.withdrawn.get(contactId);
  if (rows.dispositions.get(contactId) !== 'withdrawn' || orderedAt === undefined) return false;
  const decision = said.moments.find(({ standing }) => standing !== 'open');
  const endsAt = [...rows.attempts.values()].flatMap(({ contactId: of, endedAt }) =>
    of === contactId && endedAt !== null ? [endedAt.getTime()] : [],
  );
  return orderedAt <= (decision?.at ?? Math.max(...endsAt)) + NEAR_MS;
}

function checkAnswers(contactId: string, { answers }: Said, rows: Rows): string[] {
  return QUESTIONS.flatMap(({ key }) => {
    const [keyed, stored] = [answers.get(key), rows.answers.get(`${contactId} ${key}`)];
    return keyed === stored
      ? []
      : [`the answer of ${contactId} to ${key} is stored as ${String(stored)}, keyed was ${String(keyed)}`];
  });
}

/** Whoever has said everything is not dialled any more, but for a call that was on its way already. */
function checkDials(contactId: string, { moments }: Said, rows: Rows): string[] {
  const decision = moments.find(({ standing }) => standing !== 'open');
  if (decision === undefined) return [];
  const from = decision.input.acknowledgedAt ?? decision.at + NEAR_MS;
  return rows.dials
    .filter((dial) => dial.contactId === contactId && dial.at > from)
    .map(({ attemptId }) => `attempt ${attemptId} was dialled after ${contactId} had ${decision.standing}`);
}
