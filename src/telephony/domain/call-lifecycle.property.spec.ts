import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallOutcome } from '../contracts/call-attempt.js';
import type { CarrierSignal } from '../telephony-port.js';
import {
  CALL_RANK,
  type CallSituation,
  effectOf,
  type InterviewResult,
  mayBeCorrected,
  outcomeByEvidence,
} from './call-lifecycle.js';
import { callStep } from './call-machine.js';

/** A variable asks for more: ten times as many take some seconds. */
const RUNS = Number(process.env.PROPERTY_RUNS ?? 10_000);

interface Call extends CallSituation {
  outcome: CallOutcome | null;
  correctedFrom: CallOutcome | null;
  ends: number;
}

/** What may befall a dialled call: a signal, a turn that decides something or nothing, the delay after a hang-up. */
type Happening =
  { signal: CarrierSignal } | { turn: InterviewResult | null } | { settle: { threshold: boolean } };

const signal = fc.record({
  kind: fc.constantFrom<CarrierSignal['kind']>(
    'queued',
    'initiated',
    'ringing',
    'answered',
    'completed',
    'busy',
    'no_answer',
    'failed',
    'canceled',
  ),
  answeredBy: fc.constantFrom<CarrierSignal['answeredBy']>(null, 'human', 'machine', 'fax', 'unknown'),
  errorCode: fc.constant(null),
});
const turn = fc.constantFrom<InterviewResult | null>(
  null,
  null,
  'completed',
  'refused',
  'no_response',
  'machine',
);
const happenings: fc.Arbitrary<Happening[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ signal }) },
    { weight: 3, arbitrary: fc.record({ turn }) },
    { weight: 1, arbitrary: fc.record({ settle: fc.record({ threshold: fc.boolean() }) }) },
  ),
  { maxLength: 24 },
);

const dialled = (): Call => ({
  status: 'dialing',
  carrierEnd: null,
  interviewResult: null,
  outcome: null,
  correctedFrom: null,
  ends: 0,
});

const unanswered = {
  status: 'open',
  isFinished: false,
  reachedPartialThreshold: false,
} as const;

function end(call: Call, outcome: CallOutcome): void {
  Object.assign(call, { status: 'ended', outcome, ends: call.ends + 1 });
}

function hear(call: Call, heard: CarrierSignal): void {
  const effect = effectOf(call, heard);
  if (effect.kind === 'progress') call.status = effect.to;
  if (effect.kind === 'hold') call.carrierEnd = heard.kind;
  if (effect.kind === 'end') end(call, effect.outcome);
  if (effect.kind === 'end_by_evidence') end(call, outcomeByEvidence(unanswered, true));
}

/** As turns are applied: the refused and the finished are asked nothing more; silence decides nothing twice. */
function talk(call: Call, result: InterviewResult | null): void {
  if (call.status !== 'ended') call.status = callStep(call.status, 'turn')?.to ?? call.status;
  if (result === null || call.interviewResult === 'refused' || call.interviewResult === 'completed') return;
  if (result === 'completed' || result === 'refused') {
    if (call.status !== 'ended') call.interviewResult = result;
    else if (mayBeCorrected(call.outcome!, call.correctedFrom !== null)) {
      Object.assign(call, { correctedFrom: call.outcome, outcome: result });
    }
  } else if (call.status !== 'ended') call.interviewResult ??= result;
}

function settle(call: Call, reachedPartialThreshold: boolean): void {
  if (call.status === 'ended' || call.carrierEnd === null) return;
  const { interviewResult } = call;
  const decided = interviewResult !== null && interviewResult !== 'no_response';
  end(
    call,
    decided
      ? interviewResult
      : outcomeByEvidence({ ...unanswered, reachedPartialThreshold }, interviewResult !== null),
  );
}

function happen(call: Call, one: Happening): void {
  if ('signal' in one) hear(call, one.signal);
  else if ('turn' in one) talk(call, one.turn);
  else settle(call, one.settle.threshold);
}

const TERMINAL = ['completed', 'busy', 'no_answer', 'failed', 'canceled'];

/** Plainly thrown: an `expect` per step would cost more than the steps. */
function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** What breaks the property, shrunk; null when nothing does. */
function counterexample<T extends [unknown, ...unknown[]]>(
  property: fc.IProperty<T>,
  numRuns = RUNS,
): string | null {
  return fc.defaultReportMessage(fc.check(property, { numRuns })) ?? null;
}

describe('a call, whatever happens to it in whatever order', { timeout: 120_000 }, () => {
  it('never goes back, ends once, and is corrected at most once', () => {
    expect(
      counterexample(
        fc.property(happenings, (all) => {
          const call = dialled();
          for (const one of all) {
            const before = { ...call };
            happen(call, one);
            must(CALL_RANK[call.status] >= CALL_RANK[before.status], 'went back');
            must(call.ends <= 1, 'ended twice');
            must((call.outcome !== null) === (call.status === 'ended'), 'an outcome without an end');
            if (before.outcome === null || before.outcome === call.outcome) continue;
            must(before.correctedFrom === null && call.correctedFrom === before.outcome, 'corrected twice');
            must(call.outcome === 'completed' || call.outcome === 'refused', 'corrected to hearsay');
          }
        }),
      ),
    ).toBe(null);
  });

  it('ends by the first end that is heard; those after it change nothing', () => {
    expect(
      counterexample(
        fc.property(happenings, fc.array(signal, { maxLength: 5 }), (all, later) => {
          const call = dialled();
          for (const one of all) happen(call, one);
          hear(call, { kind: 'failed', answeredBy: null, errorCode: null });
          const ended = JSON.stringify(call);
          for (const one of later) hear(call, one);
          must(JSON.stringify(call) === ended, 'a later signal changed it');
        }),
      ),
    ).toBe(null);
  });

  it('is over once an end was heard and the delay has passed', () => {
    expect(
      counterexample(
        fc.property(happenings, fc.boolean(), (all, threshold) => {
          const call = dialled();
          for (const one of all) happen(call, one);
          settle(call, threshold);
          const heard = all.some((one) => 'signal' in one && TERMINAL.includes(one.signal.kind));
          must((call.status === 'ended') === heard, 'not over, or over without an end');
        }),
      ),
    ).toBe(null);
  });

  it('keeps a refusal, whatever is heard before or after it', () => {
    expect(
      counterexample(
        fc.property(happenings, happenings, (before, after) => {
          const call = dialled();
          for (const one of before) happen(call, one);
          const finished = call.interviewResult === 'completed' || call.correctedFrom !== null;
          const certain = call.outcome !== null && !mayBeCorrected(call.outcome, call.correctedFrom !== null);
          talk(call, 'refused');
          for (const one of after) happen(call, one);
          hear(call, { kind: 'completed', answeredBy: null, errorCode: null });
          settle(call, false);
          must(finished || certain || call.outcome === 'refused', `a refusal became ${call.outcome}`);
        }),
      ),
    ).toBe(null);
  });

  it('ends as its step of the table says', () => {
    expect(
      counterexample(
        fc.property(happenings, (all) => {
          const call = dialled();
          for (const one of all) {
            const before = call.status;
            happen(call, one);
            if (before === call.status || call.status !== 'ended') continue;
            const step = callStep(before, 'signal' in one ? one.signal.kind : 'settle');
            must(step?.outcomes?.includes(call.outcome!) === true, `ended ${call.outcome}`);
          }
        }),
      ),
    ).toBe(null);
  });
});
