import { describe, expect, it } from 'vitest';
import { callersKept } from '../../scripts/chaos/callers.mjs';
import { saidIn } from '../../scripts/chaos/door-log.mjs';
import { judge, violationsOf } from '../../scripts/chaos/judge.mjs';
import { promptAsTwiml, waitAsTwiml } from '../../src/telephony/providers/twilio/twiml.js';

type Evidence = Parameters<typeof judge>[0];
type Entry = Parameters<typeof callersKept>[0][number];

const QUESTION = 'Would you come again?';
const RULES = { questions: [{ key: 'again', text: QUESTION }], lostAfterMs: 40_000, globalLimit: 10 };
const ATTEMPT = '11111111-1111-4111-8111-111111111111';
const SID = `CA${'1'.repeat(32)}`;
const PHONE = '+12025550100';
const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 8, 0, second));

/** One person called once, who consented, answered, and heard the goodbye; everything stored as it happened. */
function aCall(): Evidence {
  const consent = { prompt: 'May we?', keys: '1', intent: 'consent', acknowledged: true };
  const answer = { prompt: QUESTION, keys: '2', intent: 'answer', acknowledged: true };
  const turn = (number: number, keys: string) =>
    ({
      kind: 'turn',
      attemptId: ATTEMPT,
      sid: SID,
      callStatus: null,
      turn: number,
      keys,
      said: 'prompt',
      at: 0,
    }) as const;
  const fact = (key: string, kind: string, keys: string | null) => ({
    attemptId: ATTEMPT,
    sid: SID,
    key,
    kind,
    keys,
  });
  return {
    ledger: {
      creates: [{ attemptId: ATTEMPT, to: PHONE, at: 0, httpStatus: 201, placed: true }],
      calls: [
        {
          attemptId: ATTEMPT,
          sid: SID,
          to: PHONE,
          person: 'completes',
          createdAt: 0,
          heardAt: 1,
          endedAt: 2,
          status: 'completed',
          endedBy: 'document',
          endReported: true,
          pressed: [consent, answer],
        },
      ],
    },
    promised: [
      turn(0, ''),
      turn(1, '1'),
      turn(2, '2'),
      {
        kind: 'status',
        attemptId: ATTEMPT,
        sid: SID,
        callStatus: 'in-progress',
        turn: null,
        keys: '',
        said: null,
        at: 0,
      },
    ],
    summary: { maxLive: 1, numbersRungTwiceAtOnce: [] },
    stored: {
      facts: [
        fact('turn:0', 'turn', null),
        fact('turn:1', 'turn', '1'),
        fact('turn:2', 'turn', '2'),
        fact(`signal:${SID}:answered`, 'signal', null),
      ],
      open: [],
      live: [],
      state: {
        contacts: [
          {
            id: 'c',
            phone: PHONE,
            state: 'completed',
            disposition: 'completed',
            nextAttemptAt: null,
            suppressed: false,
          },
        ],
        attempts: [
          {
            id: ATTEMPT,
            contactId: 'c',
            number: 1,
            status: 'ended',
            outcome: 'completed',
            providerCallId: SID,
            claimedAt: at(0),
            slotAt: at(1),
            endedAt: at(30),
            emptyLookUps: 0,
          },
        ],
        answers: [{ contactId: 'c', key: 'again', raw: '2' }],
      },
    },
  };
}

function found(change: (evidence: Evidence) => void): string[] {
  const evidence = aCall();
  change(evidence);
  return violationsOf(judge(evidence, RULES));
}

describe('the checks after chaos', () => {
  it('find nothing in a call that is stored as it was made', () => {
    expect(found(() => {})).toEqual([]);
  });

  it.each<[string, (evidence: Evidence) => void, string]>([
    [
      'a call that was placed twice',
      ({ ledger }) => ledger.creates.push({ ...ledger.creates[0]!, httpStatus: null, placed: false }),
      'was given to the carrier 2 times',
    ],
    [
      'more calls at once than the limit',
      ({ summary }) => (summary.maxLive = 11),
      '11 calls at once at the carrier',
    ],
    [
      'a phone that rang twice at once',
      ({ summary }) => summary.numbersRungTwiceAtOnce.push(PHONE),
      'rung twice at once',
    ],
    [
      'an acknowledged callback that is missing',
      ({ stored }) => (stored.facts = stored.facts.filter(({ kind }) => kind !== 'signal')),
      '"in-progress" of CA',
    ],
    [
      'an acknowledged turn that is missing',
      ({ stored }) => (stored.facts = stored.facts.filter(({ key }) => key !== 'turn:2')),
      'turn 2 (keys "2") was answered and is not stored',
    ],
    [
      'an acknowledged turn that is stored with other keys',
      ({ stored }) => (stored.facts[2]!.keys = '1'),
      'is stored with keys "1", answered was "2"',
    ],
    [
      'an acknowledged answer that is missing',
      ({ stored }) => (stored.state.answers = []),
      'the answer to "again" is lost',
    ],
    [
      'a person who is still to be called',
      ({ stored }) =>
        stored.open.push({ id: 'c', phone: PHONE, state: 'not_reached', nextAttemptAt: at(59) }),
      'contact c is not_reached, next attempt 2026',
    ],
    [
      'an attempt that never ended',
      ({ stored }) => stored.live.push({ id: ATTEMPT, status: 'dialing', dialResult: 'unknown' }),
      'is dialing (result unknown)',
    ],
    [
      'a call that belongs to nobody and was not counted',
      ({ ledger }) => ledger.calls.push({ ...ledger.calls[0]!, sid: `CA${'2'.repeat(32)}` }),
      'was not recorded as late',
    ],
    [
      'an outcome that is not what the person did',
      ({ stored }) => (stored.state.attempts[0]!.outcome = 'no_answer'),
      'but at the carrier: completed',
    ],
  ])('find %s', (_what, change, complaint) => {
    expect(found(change).join('\n')).toContain(complaint);
  });

  it('promise nothing for a turn that was answered with a pause', () => {
    const violations = found((evidence) => {
      const { promised, stored, ledger } = evidence;
      evidence.promised = promised.map((one) => (one.turn === 2 ? { ...one, said: 'wait' } : one));
      ledger.calls[0]!.pressed[1]!.acknowledged = false;
      stored.facts = stored.facts.filter(({ key }) => key !== 'turn:2');
      stored.state.answers = [];
      stored.state.attempts[0]!.outcome = 'hung_up';
      stored.state.contacts[0]!.state = 'not_reached';
      stored.state.contacts[0]!.disposition = 'hung_up';
    });
    expect(violations).toEqual([]);
  });
});

it('tells a prompt from a pause, an apology and a mere hang-up', () => {
  const listen = { maxDigits: 1, finishKey: null, timeoutSeconds: 5 };
  const prompt = (say: string[], listening: boolean) =>
    promptAsTwiml(
      { say, language: 'en-US', listen: listening ? listen : null } as never,
      'http://127.0.0.1/t/1',
    ).body;
  expect(saidIn(prompt([QUESTION], true))).toBe('prompt');
  expect(saidIn(prompt(['Thank you. Goodbye.'], false))).toBe('prompt');
  expect(saidIn(prompt(['We are sorry, something went wrong on our side. Goodbye.'], false))).toBe('apology');
  expect(saidIn(prompt([], false))).toBe('hangUp');
  expect(saidIn(waitAsTwiml(2, 'http://127.0.0.1/t/1?waited=1&keys=2#rc=2').body)).toBe('wait');
});

describe('callers on the line while the database is away', () => {
  const APOLOGY = 'We are sorry';
  const OUTAGE = { from: at(10).getTime(), to: at(14).getTime() };
  const entry = (second: number, type: string, fields: object): Entry => ({
    seq: second,
    at: at(second).toISOString(),
    sid: SID,
    type,
    ...fields,
  });
  const waiting = entry(12, 'webhook.sent', { kind: 'turn', url: 'http://127.0.0.1/turns/1?waited=1' });

  it('are kept when the next prompt follows', () => {
    const heard = entry(15, 'call.heard', { texts: [QUESTION] });
    expect(callersKept([waiting, heard], [OUTAGE], [], APOLOGY)).toMatchObject({
      waited: 1,
      kept: 1,
      lost: [],
    });
  });

  it.each([
    ['hear an apology', entry(15, 'call.heard', { texts: ['We are sorry, something went wrong.'] })],
    ['are cut off', entry(15, 'call.status', { status: 'completed', endedBy: 'application' })],
  ])('are lost when they %s', (_what, end) => {
    expect(callersKept([waiting, end], [OUTAGE], [], APOLOGY).lost).toHaveLength(1);
  });

  it('are not judged when something else went wrong as well, or the outage was long', () => {
    const end = entry(15, 'call.status', { status: 'completed', endedBy: 'application' });
    const other = { from: OUTAGE.to, to: OUTAGE.to + 1_000 };
    expect(callersKept([waiting, end], [OUTAGE], [other], APOLOGY)).toMatchObject({ outages: 0, lost: [] });
    const long = { from: OUTAGE.from - 12_000, to: OUTAGE.to };
    expect(callersKept([waiting, end], [long], [], APOLOGY)).toMatchObject({ outages: 0, lost: [] });
  });
});
