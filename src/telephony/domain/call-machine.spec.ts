import { describe, expect, it } from 'vitest';
import { CALL_OUTCOMES, CALL_STATUSES, type CallStatus } from '../contracts/call-attempt.js';
import { CALL_RANK } from './call-lifecycle.js';
import {
  CALL_EVENTS,
  CALL_GUARDS,
  CALL_MACHINE,
  type CallEvent,
  type CallGuard,
  callStep,
  OUTCOME_CORRECTIONS,
} from './call-machine.js';

/** Where every event leads from claimed, dialing, ringing, in_progress, ended; null changes nothing. */
const LEADS: Record<CallEvent, (CallStatus | null)[]> = {
  dial: ['dialing', null, null, null, null],
  give_back: ['ended', null, null, null, null],
  requeue: [null, 'claimed', null, null, null],
  reject: [null, 'ended', null, null, null],
  queued: [null, null, null, null, null],
  initiated: [null, null, null, null, null],
  ringing: [null, 'ringing', null, null, null],
  answered: [null, 'in_progress', 'in_progress', null, null],
  turn: [null, 'in_progress', 'in_progress', null, null],
  completed: [null, 'ended', 'ended', 'ended', null],
  busy: [null, 'ended', 'ended', 'ended', null],
  no_answer: [null, 'ended', 'ended', 'ended', null],
  failed: [null, 'ended', 'ended', 'ended', null],
  canceled: [null, 'ended', 'ended', 'ended', null],
  settle: [null, 'ended', 'ended', 'ended', null],
  lose: [null, 'ended', 'ended', 'ended', null],
};

const GUARD: Partial<Record<CallEvent, CallGuard>> = {
  dial: 'permitted',
  give_back: 'unbound',
  requeue: 'not_taken',
  reject: 'unbound',
  lose: 'evidence',
};

const INTERVIEWED = ['callback', 'completed', 'machine', 'no_response', 'partial', 'refused'];
const OUTCOMES: Partial<Record<CallEvent, string[]>> = {
  give_back: ['canceled'],
  reject: ['failed', 'not_placed'],
  completed: INTERVIEWED,
  busy: [...INTERVIEWED, 'busy'],
  no_answer: [...INTERVIEWED, 'no_answer'],
  failed: [...INTERVIEWED, 'failed'],
  canceled: [...INTERVIEWED, 'failed'],
  settle: [...INTERVIEWED, 'failed', 'hung_up'],
  lose: ['lost'],
};

describe('the table of a call attempt', () => {
  it('knows every event', () => {
    expect([...CALL_EVENTS].toSorted()).toEqual(Object.keys(LEADS).toSorted());
  });

  for (const event of Object.keys(LEADS) as CallEvent[]) {
    it(`says of every status where ${event} leads`, () => {
      expect(CALL_STATUSES.map((status) => callStep(status, event)?.to ?? null)).toEqual(LEADS[event]);
    });

    it(`says of every ${event} what must hold and how the call can have ended`, () => {
      for (const step of CALL_MACHINE.filter((one) => one.event === event)) {
        expect(step.guard).toBe(GUARD[event] ?? 'bound');
        expect(step.outcomes?.toSorted()).toEqual(OUTCOMES[event]?.toSorted());
      }
    });
  }

  it('has one step for a status and an event, and no more', () => {
    const steps = CALL_STATUSES.flatMap((status) => CALL_EVENTS.map((event) => callStep(status, event)));
    expect(steps.filter((step) => step !== undefined).length).toBe(CALL_MACHINE.length);
  });

  it('names outcomes for every end and for nothing else, and can reach every outcome', () => {
    expect(CALL_MACHINE.filter(({ to, outcomes }) => (to === 'ended') !== (outcomes !== undefined))).toEqual(
      [],
    );
    const reached = new Set(CALL_MACHINE.flatMap(({ outcomes }) => outcomes ?? []));
    expect([...reached].toSorted()).toEqual(CALL_OUTCOMES.toSorted());
  });

  it('goes back only with what was certainly not taken', () => {
    const back = CALL_MACHINE.filter(({ from, to }) => CALL_RANK[to] <= CALL_RANK[from]);
    expect(back.map(({ event, guard }) => [event, guard])).toEqual([['requeue', 'not_taken']]);
  });

  it('puts every guard into words', () => {
    for (const words of Object.values(CALL_GUARDS)) expect(words).toMatch(/\w+ \w+/);
  });

  it('corrects to what a person has said, from what was only heard', () => {
    expect(OUTCOME_CORRECTIONS).toEqual({
      from: ['hung_up', 'partial', 'no_response', 'lost'],
      to: ['completed', 'refused'],
    });
  });
});
