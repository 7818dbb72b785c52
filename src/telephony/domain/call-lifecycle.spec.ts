import { describe, expect, it } from 'vitest';
import { CALL_STATUSES } from '../contracts/call-attempt.js';
import type { CarrierSignal } from '../telephony-port.js';
import {
  CALL_RANK,
  type CallSituation,
  effectOf,
  type InterviewResult,
  mayBeCorrected,
  outcomeByEvidence,
  outcomeOfForgotten,
} from './call-lifecycle.js';

const SIGNALS: CarrierSignal['kind'][] = [
  'queued',
  'initiated',
  'ringing',
  'answered',
  'completed',
  'busy',
  'no_answer',
  'failed',
  'canceled',
];
const signal = (
  kind: CarrierSignal['kind'],
  answeredBy: CarrierSignal['answeredBy'] = null,
): CarrierSignal => ({ kind, answeredBy, errorCode: null });
const call = (change: Partial<CallSituation> = {}): CallSituation => ({
  status: 'dialing',
  carrierEnd: null,
  interviewResult: null,
  ...change,
});

describe('what a carrier signal does', () => {
  it('never moves a call backwards, in any status and for any signal', () => {
    const pairs = CALL_STATUSES.flatMap((status) => SIGNALS.map((kind) => ({ status, kind })));
    const backwards = pairs.filter(({ status, kind }) => {
      const effect = effectOf(call({ status }), signal(kind));
      if (status === 'ended') return effect.kind !== 'none';
      return effect.kind === 'progress' && CALL_RANK[effect.to] <= CALL_RANK[status];
    });
    expect(backwards).toEqual([]);
  });

  it.each([
    ['dialing', 'queued', { kind: 'none' }],
    ['dialing', 'initiated', { kind: 'none' }],
    ['dialing', 'ringing', { kind: 'progress', to: 'ringing' }],
    ['dialing', 'answered', { kind: 'progress', to: 'in_progress' }],
    ['ringing', 'ringing', { kind: 'none' }],
    ['ringing', 'answered', { kind: 'progress', to: 'in_progress' }],
    ['in_progress', 'ringing', { kind: 'none' }],
    ['in_progress', 'answered', { kind: 'none' }],
    ['claimed', 'ringing', { kind: 'none' }],
    ['claimed', 'completed', { kind: 'none' }],
  ] as const)('of a call that is %s: %s', (status, kind, effect) => {
    expect(effectOf(call({ status }), signal(kind))).toEqual(effect);
  });

  it('leaves a silent person to the answers, whatever the carrier says of the end', () => {
    for (const kind of ['completed', 'busy', 'no_answer', 'failed', 'canceled'] as const) {
      const silent = call({ status: 'in_progress', interviewResult: 'no_response' });
      expect(effectOf(silent, signal(kind))).toEqual({ kind: 'end_by_evidence' });
    }
  });

  it('ranks the statuses in the order of a call', () => {
    expect(CALL_RANK).toEqual({ claimed: 0, dialing: 1, ringing: 2, in_progress: 3, ended: 4 });
  });

  it('lets the first end win', () => {
    const effects = SIGNALS.map((kind) => effectOf(call({ carrierEnd: 'completed' }), signal(kind)).kind);
    expect(new Set(effects)).toEqual(new Set(['none']));
  });

  it.each([
    ['busy', 'busy'],
    ['no_answer', 'no_answer'],
    ['failed', 'failed'],
    ['canceled', 'failed'],
  ] as const)('ends a call that nobody answered with its own outcome: %s', (kind, outcome) => {
    expect(effectOf(call({ status: 'ringing' }), signal(kind))).toEqual({ kind: 'end', outcome });
  });

  it('holds back a person who answered and did not finish', () => {
    for (const kind of ['completed', 'failed', 'canceled'] as const) {
      expect(effectOf(call({ status: 'in_progress' }), signal(kind)).kind).toBe('hold');
    }
  });

  it('keeps what the interview decided, whatever the carrier says of the end', () => {
    for (const interviewResult of ['completed', 'refused', 'machine'] as InterviewResult[]) {
      for (const kind of ['completed', 'busy', 'no_answer', 'failed', 'canceled'] as const) {
        expect(effectOf(call({ status: 'in_progress', interviewResult }), signal(kind))).toEqual({
          kind: 'end',
          outcome: interviewResult,
        });
      }
    }
  });

  it('takes a machine for a machine and what is unknown for a person', () => {
    expect(effectOf(call(), signal('completed', 'machine'))).toEqual({ kind: 'end', outcome: 'machine' });
    expect(effectOf(call(), signal('completed', 'fax'))).toEqual({ kind: 'end', outcome: 'machine' });
    expect(effectOf(call(), signal('completed', 'unknown')).kind).toBe('hold');
  });
});

describe('the outcome by what was answered', () => {
  const answers = {
    status: 'open' as const,
    isFinished: false,
    reachedPartialThreshold: false,
  };

  it('is completed when only optional questions were left', () => {
    expect(outcomeByEvidence({ ...answers, isFinished: true, reachedPartialThreshold: true }, false)).toBe(
      'completed',
    );
  });

  it('is partial from the threshold on, hung_up or no_response before', () => {
    expect(outcomeByEvidence({ ...answers, reachedPartialThreshold: true }, true)).toBe('partial');
    expect(outcomeByEvidence(answers, false)).toBe('hung_up');
    expect(outcomeByEvidence({ ...answers, status: 'none' }, true)).toBe('no_response');
  });

  it.each([
    ['completed', true],
    ['refused', false],
  ] as const)('is %s when the interview is', (status, isFinished) => {
    const decided = { ...answers, status, isFinished };
    expect(outcomeByEvidence(decided, false)).toBe(status);
    expect(outcomeByEvidence({ ...decided, reachedPartialThreshold: true }, true)).toBe(status);
  });

  it('of a call that the carrier has forgotten is what the person did, as far as it is known', () => {
    const decided = ['completed', 'refused', 'callback', 'machine'] as const;
    for (const interviewResult of decided) {
      expect(outcomeOfForgotten(call({ status: 'in_progress', interviewResult }), answers)).toBe(
        interviewResult,
      );
    }
    const silent = call({ status: 'in_progress', interviewResult: 'no_response' });
    const enough = { ...answers, reachedPartialThreshold: true };
    expect(outcomeOfForgotten(silent, answers)).toBe('no_response');
    expect(outcomeOfForgotten(silent, enough)).toBe('partial');
    const talking = call({ status: 'in_progress' });
    expect(outcomeOfForgotten(talking, enough)).toBe('partial');
    expect(outcomeOfForgotten(talking, { ...answers, isFinished: true })).toBe('completed');
  });

  it('of a call that the carrier has forgotten is lost when nobody can say how the person left it', () => {
    expect(outcomeOfForgotten(call({ status: 'in_progress' }), answers)).toBe('lost');
    // What is stored was said in an earlier call.
    const earlier = { ...answers, reachedPartialThreshold: true };
    expect(outcomeOfForgotten(call({ status: 'ringing' }), earlier)).toBe('lost');
    expect(outcomeOfForgotten(call({ status: 'dialing' }), earlier)).toBe('lost');
  });

  it('may be corrected once, and only where a person may have gone on', () => {
    expect(
      (['hung_up', 'partial', 'no_response', 'lost'] as const).every((outcome) =>
        mayBeCorrected(outcome, false),
      ),
    ).toBe(true);
    expect(mayBeCorrected('hung_up', true)).toBe(false);
    expect(
      (['completed', 'refused', 'busy', 'machine', 'canceled', 'not_placed'] as const).some((outcome) =>
        mayBeCorrected(outcome, false),
      ),
    ).toBe(false);
  });
});
