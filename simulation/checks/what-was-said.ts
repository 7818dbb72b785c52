import type { Input, LedgerCall } from '../carrier/ledger.js';
import { QUESTIONS, valueOf } from '../carrier/people.js';
import type { Rows } from './rows.js';

/** A prompt is asked at most this often for nothing of use. */
const TRIES = 3;

export type Standing = 'open' | 'completed' | 'completed by evidence' | 'refused';

/** What a person's keys had come to after one turn, by the carrier's record of them. */
export interface Moment {
  at: number;
  attemptId: string;
  standing: Standing;
  /** Of the answers that are required, 0 to 1. */
  answered: number;
  /** The attempt's own call: three times in a row nothing of use. */
  wasSilent: boolean;
  input: Input;
}

export interface Said {
  moments: Moment[];
  answers: Map<string, number | boolean>;
  standing: Standing;
}

/** Turn by turn, the interview as the questionnaire and the keys make it. */
export function whatWasSaid(
  contactId: string,
  calls: ReadonlyMap<string, LedgerCall>,
  rows: Rows,
  found: string[],
): Said {
  const said: Said = { moments: [], answers: new Map(), standing: 'open' };
  const required = rows.required.get(contactId)!;
  const tries = new Map<string, { question: string | null; count: number }>();
  let current: string | null = null;
  for (const { attemptId, turn, callId, at } of rows.turnsOf.get(contactId) ?? []) {
    const call = calls.get(callId);
    const input = call?.inputs.find((one) => one.turn === turn);
    if (call === undefined || input === undefined) {
      found.push(`turn ${turn} of ${attemptId} was stored with ${callId}, which has not asked for it`);
      continue;
    }
    const { question, keys } = input;
    if (turn === 0) {
      if (call.answeredBy !== 'machine' && said.standing === 'open') current = attemptId;
    } else if (said.standing === 'open') {
      const before = tries.get(attemptId);
      const count = before?.question === question ? before.count : 0;
      const isRefusal = question === 'consent' && (keys === '2' || keys === '9');
      const value = question === 'consent' || keys === null ? undefined : valueOf(question!, keys);
      // An answer belongs to the call that is heard; only a refusal means the same whenever it arrives.
      if (isRefusal) said.standing = 'refused';
      else if (current === attemptId) {
        if (value !== undefined) said.answers.set(question!, value);
        else if (question !== 'consent' || keys !== '1') tries.set(attemptId, { question, count: count + 1 });
        // Asked three times for nothing, what may be left out is left out, in this call.
        const isPassed =
          question !== 'consent' && !required.includes(question!) && tries.get(attemptId)?.count === TRIES;
        if (isPassed) tries.delete(attemptId);
        const left = QUESTIONS.filter(({ key }) => !said.answers.has(key) && !(isPassed && key === question));
        if (left.length === 0) said.standing = 'completed';
      }
    }
    said.moments.push({
      at,
      attemptId,
      standing: said.standing,
      answered: required.filter((key) => said.answers.has(key)).length / required.length,
      wasSilent: tries.get(attemptId)?.count === TRIES,
      input,
    });
  }
  return said;
}
