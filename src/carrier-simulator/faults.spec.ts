import { describe, expect, it } from 'vitest';
import { Faults, FaultRulesError, readFaultRules } from './faults.js';

const to = '+12025550123';

describe('fault rules', () => {
  it('apply to their own occasion and number only', () => {
    const faults = new Faults('seed', [
      { fault: 'drop', to, callStatus: 'completed' },
      { fault: 'errorBefore', to },
    ]);
    expect(faults.onCreate('+12025550124')).toBeNull();
    expect(faults.onCreate(to)?.fault).toBe('errorBefore');
    expect(faults.onCallback(to, 'ringing')).toBeNull();
    expect(faults.onCallback(to, 'completed')?.fault).toBe('drop');
    expect(faults.onRest()).toBeNull();
    expect(faults.onTurn(to)).toBeNull();
  });

  it('are spent after so many times, and the next rule takes over', () => {
    const faults = new Faults('seed', [
      { fault: 'rateLimited', times: 2 },
      { fault: 'slow', ms: 5 },
    ]);
    const met = Array.from({ length: 3 }, () => faults.onCreate(to)?.fault);
    expect(met).toEqual(['rateLimited', 'rateLimited', 'slow']);
  });

  it('draw their probability from the seed', () => {
    const met = (seed: string) => {
      const faults = new Faults(seed, [{ fault: 'drop', probability: 0.5 }]);
      return Array.from({ length: 200 }, () => faults.onCallback(to, 'ringing') !== null);
    };
    expect(met('a')).toEqual(met('a'));
    expect(met('a')).not.toEqual(met('b'));
    expect(met('a').filter(Boolean).length).toBeGreaterThan(70);
    expect(met('a').filter(Boolean).length).toBeLessThan(130);
  });
});

describe('rules that came over HTTP', () => {
  it('are taken when they make sense', () => {
    const rules = [
      { fault: 'listDelay', ms: 500 },
      { fault: 'duplicate', copies: 2, callStatus: 'completed', to },
    ];
    expect(readFaultRules(rules)).toEqual(rules);
  });

  it.each([
    {},
    [{ fault: 'explode' }],
    [{ fault: 'slow' }],
    [{ fault: 'drop', ms: 5 }],
    [{ fault: 'drop', probability: 2 }],
    [{ fault: 'drop', times: -1 }],
    [{ fault: 'drop', until: 'noon' }],
    [{ fault: 'errorBefore', callStatus: 'busy' }],
    [{ fault: 'outage', by: 'fire' }],
    ['drop'],
  ])('are refused otherwise: %o', (rules) => {
    expect(() => readFaultRules(rules)).toThrow(FaultRulesError);
  });
});
