import { describe, expect, it } from 'vitest';
import { callersKept } from '../../scripts/chaos/callers.mjs';
import { disturbancesIn } from '../../scripts/chaos/disturbances.mjs';
import { saidIn } from '../../scripts/chaos/door-log.mjs';
import { violationsIn } from '../../scripts/chaos/findings.mjs';
import { lateFirstClaims } from '../../scripts/chaos/first-claims.mjs';
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
  const consent = {
    prompt: 'May we?',
    keys: '1',
    intent: 'consent',
    at: at(5).getTime(),
    acknowledgedAt: at(6).getTime(),
  };
  const answer = {
    prompt: QUESTION,
    keys: '2',
    intent: 'answer',
    at: at(8).getTime(),
    acknowledgedAt: at(9).getTime(),
  };
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
            dialledAt: at(0),
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

/** The last key was on its way while the person was called again; nobody answered that. */
function secondCallMeanwhile({ ledger, stored: { state } }: Evidence): void {
  const again = { attemptId: '22222222-2222-4222-8222-222222222222', sid: `CA${'2'.repeat(32)}` };
  const [first] = ledger.calls;
  first!.pressed[1]!.acknowledgedAt = at(20).getTime();
  ledger.creates.push({ ...ledger.creates[0]!, attemptId: again.attemptId });
  ledger.calls.push({ ...first!, ...again, status: 'no-answer', endedBy: 'ringTimeout', pressed: [] });
  const [attempt] = state.attempts;
  Object.assign(attempt!, { outcome: 'hung_up', endedAt: at(12) });
  state.attempts.push({
    ...attempt!,
    id: again.attemptId,
    providerCallId: again.sid,
    number: 2,
    outcome: 'no_answer',
    claimedAt: at(15),
    dialledAt: at(16),
    slotAt: at(16),
    endedAt: at(25),
  });
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
    [
      'a finished interview of somebody whose number was suppressed in the call',
      ({ stored: { state } }) =>
        Object.assign(state.contacts[0]!, {
          state: 'not_reached',
          disposition: 'suppressed',
          suppressed: true,
        }),
      'is not_reached (suppressed) though the person completed',
    ],
    [
      'a finished interview that an unanswered second call hides',
      (evidence) => {
        secondCallMeanwhile(evidence);
        const [contact] = evidence.stored.state.contacts;
        Object.assign(contact!, { state: 'not_reached', disposition: 'no_answer' });
      },
      'is not_reached (no_answer) though the person completed',
    ],
  ])('find %s', (_what, change, complaint) => {
    expect(found(change).join('\n')).toContain(complaint);
  });

  it('find nothing where the last key came while the next call rang, and its end settled the contact', () => {
    expect(found(secondCallMeanwhile)).toEqual([]);
  });

  it('promise nothing for a turn that was answered with a pause', () => {
    const violations = found((evidence) => {
      const { promised, stored, ledger } = evidence;
      evidence.promised = promised.map((one) => (one.turn === 2 ? { ...one, said: 'wait' } : one));
      ledger.calls[0]!.pressed[1]!.acknowledgedAt = null;
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
  const needsAnswer = entry(12, 'webhook.sent', { kind: 'turn', url: 'http://127.0.0.1/turns/1' });
  const apology = (second: number) =>
    entry(second, 'call.heard', { texts: ['We are sorry, something went wrong.'] });
  const prompt = (second: number) => entry(second, 'call.heard', { texts: [QUESTION] });
  const cutOff = entry(15, 'call.status', { status: 'completed', endedBy: 'application' });
  const kept = (entries: Entry[], disturbances: { from: number; to: number }[] = [], outage = OUTAGE) =>
    callersKept(entries, [outage], disturbances, APOLOGY);

  it('are kept when the next prompt follows', () => {
    expect(kept([needsAnswer, prompt(15), apology(16)])).toMatchObject({ waited: 1, kept: 1, lost: [] });
  });

  it('are kept when they hang up themselves, or we end the call because somebody asked us to', () => {
    for (const endedBy of ['callee', 'api']) {
      const end = entry(13, 'call.status', { status: 'completed', endedBy });
      expect(kept([needsAnswer, end])).toMatchObject({ waited: 1, kept: 1, lost: [] });
    }
  });

  it('are nobody of whom we hear nothing meanwhile', () => {
    expect(kept([prompt(9), apology(13)])).toMatchObject({ waited: 0, lost: [] });
  });

  it.each([
    ['hear an apology', [needsAnswer, apology(15)]],
    ['had just heard a prompt, and hear an apology', [prompt(11), needsAnswer, apology(15)]],
    ['hear an apology at once, without a pause', [needsAnswer, apology(12)]],
    ['hear an apology long after the database is back', [needsAnswer, apology(33)]],
    [
      'had asked just before it went away, and hear an apology',
      [
        entry(9, 'webhook.sent', { kind: 'voice', url: 'http://127.0.0.1/turns/0' }),
        entry(12, 'webhook.answered', { kind: 'voice' }),
        apology(12),
      ],
    ],
    ['are cut off', [needsAnswer, cutOff]],
  ])('are lost when they %s', (_what, entries) => {
    const { waited, lost } = kept(entries);
    expect(waited).toBe(1);
    expect(lost).toEqual([expect.stringContaining('an outage of 4.0 s')]);
  });

  it('are not judged when something else went wrong as well, or the outage was long', () => {
    const other = { from: OUTAGE.to, to: OUTAGE.to + 1_000 };
    expect(kept([needsAnswer, cutOff], [other])).toMatchObject({ outages: 0, lost: [] });
    const long = { from: OUTAGE.from - 12_000, to: OUTAGE.to };
    expect(kept([needsAnswer, cutOff], [], long)).toMatchObject({ outages: 0, lost: [] });
  });

  it('are not judged by what happens after something else went wrong, nor before anything has happened', () => {
    const other = { from: at(25).getTime(), to: at(26).getTime() };
    expect(kept([needsAnswer, apology(33)], [other])).toMatchObject({ outages: 1, waited: 0, lost: [] });
    expect(kept([needsAnswer])).toMatchObject({ outages: 1, waited: 0, lost: [] });
  });
});

describe('the first claim after the database is back', () => {
  const back = { what: 'database back (restart fast)', from: at(10).getTime(), since: at(14).getTime() };
  const judged = (ms: number | null, hindered: string | null = null, what = back.what) =>
    lateFirstClaims([{ ...back, what, ms, hindered }], []);

  it('may take five seconds', () => {
    expect(judged(5_000)).toEqual([]);
  });

  it('is a violation when it takes longer, or never comes', () => {
    expect(judged(5_100)).toEqual([expect.stringContaining('5.1 s after "database back (restart fast)"')]);
    expect(judged(null)).toEqual([expect.stringContaining('nobody was claimed within 60 s')]);
  });

  it('is not judged where nobody could have been claimed, nor after other faults', () => {
    expect(judged(9_000, 'nobody was due')).toEqual([]);
    expect(judged(null, 'the limit was reached')).toEqual([]);
    expect(judged(9_000, null, 'claiming worker killed')).toEqual([]);
  });

  it.each([
    ['during the outage', 11, 12, 0],
    ['while the claim was due', 17, 18, 0],
    ['before and until into the outage', 2, 10.5, 0],
    ['before it', 2, 9, 1],
    ['after the claim was due', 19.5, 20, 1],
  ])('is judged by itself: something else went wrong %s', (_when, from, to, violations) => {
    const disturbance = { from: at(0).getTime() + from * 1_000, to: at(0).getTime() + to * 1_000 };
    expect(lateFirstClaims([{ ...back, ms: 9_000, hindered: null }], [disturbance])).toHaveLength(violations);
  });
});

it('counts lost callers and late first claims among the violations of a run', () => {
  const verdict = judge(aCall(), RULES);
  const calm = {
    verdict,
    invariants: { broken: [] },
    accidents: [],
    drained: { seconds: 1, inTime: true },
    callers: { outages: 1, waited: 1, kept: 1, lost: [] },
    measured: [{ what: 'database back (restart fast)', from: 0, since: 1, ms: 900, hindered: null }],
    disturbances: [],
  };
  expect(violationsIn(calm)).toEqual([]);
  const lost = ['a caller was cut off'];
  expect(violationsIn({ ...calm, callers: { outages: 1, waited: 1, kept: 0, lost } })).toEqual(lost);
  const measured = calm.measured.map((one) => ({ ...one, ms: null }));
  expect(violationsIn({ ...calm, measured })).toEqual([expect.stringContaining('nobody was claimed')]);
});

it('takes for a disturbance what can cost a caller the line or delay a claim, and nothing else', () => {
  const fault = (against: string, kind: string, victim = 'worker 1.1') =>
    ({ against, kind, victim, from: 1_000, to: 2_000 }) as Parameters<
      typeof disturbancesIn
    >[0]['done'][number];
  const spans = (...done: ReturnType<typeof fault>[]) => disturbancesIn({ done, absences: [], stalls: [] });
  expect(spans(fault('worker', 'frozen'))).toEqual([{ from: 1_000, to: 5_000 }]);
  expect(spans(fault('session', 'connections cut'))).toEqual([{ from: 1_000, to: 5_000 }]);
  expect(
    spans(
      fault('worker', 'frozen', ''),
      fault('session', 'long transaction'),
      fault('database', 'restart fast'),
      fault('operator', 'limit lowered'),
    ),
  ).toEqual([]);
  const [absence, stall] = [
    { from: 3, to: 4 },
    { from: 1, to: 2 },
  ];
  expect(disturbancesIn({ done: [], absences: [absence], stalls: [stall] })).toEqual([stall, absence]);
});
