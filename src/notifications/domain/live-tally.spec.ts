import { describe, expect, it } from 'vitest';
import { type LiveFact, LiveTally } from './live-tally.js';

function lineAfter(facts: LiveFact[]): string {
  const tally = new LiveTally();
  for (const fact of facts) tally.add(fact);
  return tally.line();
}

describe('the live line', () => {
  it('counts calls, outcomes and who waits for a retry', () => {
    expect(
      lineAfter([
        { kind: 'claimed', attemptId: 'a1', contactId: 'c1' },
        { kind: 'offered', attemptId: 'a1', offer: 1 },
        { kind: 'claimed', attemptId: 'a2', contactId: 'c2' },
        { kind: 'offered', attemptId: 'a2', offer: 1 },
        { kind: 'ended', attemptId: 'a1', outcome: 'busy' },
        { kind: 'settled', contactId: 'c1', retry: true },
      ]),
    ).toBe(
      'calls 2 live 1 | completed 0 refused 0 broke off 0 | busy 1 no answer 0 machine 0 failed 0 | waiting for retry 1',
    );
  });

  it.each([
    ['completed', 'completed 1 refused 0 broke off 0 | busy 0 no answer 0 machine 0 failed 0'],
    ['refused', 'completed 0 refused 1 broke off 0 | busy 0 no answer 0 machine 0 failed 0'],
    ['hung_up', 'completed 0 refused 0 broke off 1 | busy 0 no answer 0 machine 0 failed 0'],
    ['partial', 'completed 0 refused 0 broke off 1 | busy 0 no answer 0 machine 0 failed 0'],
    ['no_response', 'completed 0 refused 0 broke off 1 | busy 0 no answer 0 machine 0 failed 0'],
    ['busy', 'completed 0 refused 0 broke off 0 | busy 1 no answer 0 machine 0 failed 0'],
    ['no_answer', 'completed 0 refused 0 broke off 0 | busy 0 no answer 1 machine 0 failed 0'],
    ['machine', 'completed 0 refused 0 broke off 0 | busy 0 no answer 0 machine 1 failed 0'],
    ['failed', 'completed 0 refused 0 broke off 0 | busy 0 no answer 0 machine 0 failed 1'],
    ['not_placed', 'completed 0 refused 0 broke off 0 | busy 0 no answer 0 machine 0 failed 1'],
    ['lost', 'completed 0 refused 0 broke off 0 | busy 0 no answer 0 machine 0 failed 1'],
    ['canceled', 'completed 0 refused 0 broke off 0 | busy 0 no answer 0 machine 0 failed 0'],
  ] as const)('says where a call that ended as %s is counted', (outcome, said) => {
    expect(lineAfter([{ kind: 'ended', attemptId: 'a1', outcome }])).toBe(
      `calls 0 live 0 | ${said} | waiting for retry 0`,
    );
  });

  it('counts a call once that had to be offered twice', () => {
    expect(
      lineAfter([
        { kind: 'offered', attemptId: 'a1', offer: 1 },
        { kind: 'offered', attemptId: 'a1', offer: 2 },
      ]),
    ).toMatch(/^calls 1 /);
  });

  it('no longer counts as waiting whoever is called again or settled for good', () => {
    expect(
      lineAfter([
        { kind: 'settled', contactId: 'c1', retry: true },
        { kind: 'settled', contactId: 'c2', retry: true },
        { kind: 'claimed', attemptId: 'a3', contactId: 'c1' },
        { kind: 'settled', contactId: 'c2', retry: false },
      ]),
    ).toMatch(/waiting for retry 0$/);
  });

  it('no longer counts as live a call whose line is down, before its outcome is known', () => {
    expect(
      lineAfter([
        { kind: 'claimed', attemptId: 'a1', contactId: 'c1' },
        { kind: 'hung_up', attemptId: 'a1' },
      ]),
    ).toContain('live 0 | completed 0 refused 0 broke off 0');
  });

  it('moves a corrected call from one outcome to the other', () => {
    expect(
      lineAfter([
        { kind: 'ended', attemptId: 'a1', outcome: 'hung_up' },
        { kind: 'corrected', from: 'hung_up', to: 'completed' },
      ]),
    ).toContain('completed 1 refused 0 broke off 0');
  });

  it('never falls below zero for calls that began before it watched', () => {
    expect(
      lineAfter([
        { kind: 'ended', attemptId: 'unseen', outcome: 'no_answer' },
        { kind: 'corrected', from: 'partial', to: 'completed' },
      ]),
    ).toMatch(/^calls 0 live 0 \| completed 1 refused 0 broke off 0 /);
  });
});
