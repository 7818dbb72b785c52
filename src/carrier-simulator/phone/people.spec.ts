import { describe, expect, it } from 'vitest';
import { DEFAULT_MIX } from './mix.js';
import { PeopleError, personFor, readPeople } from './people.js';
import type { Person } from './person.js';

const number = '+12025550123';

describe('who answers a call', () => {
  it('depends on seed, number and ordinal only', () => {
    const kinds = (seed: string) =>
      Array.from({ length: 30 }, (_, call) => personFor({}, seed, number, call).kind);
    expect(kinds('a')).toEqual(kinds('a'));
    expect(kinds('a')).not.toEqual(kinds('b'));
  });

  it('follows the default mix over many numbers', () => {
    const met = new Map<string, number>();
    const calls = 20_000;
    for (let index = 0; index < calls; index += 1) {
      const { kind } = personFor({}, 'seed', `+1202${5_000_000 + index}`, 0);
      met.set(kind, (met.get(kind) ?? 0) + 1);
    }
    for (const [kind, share] of Object.entries(DEFAULT_MIX))
      expect(Math.abs((met.get(kind) ?? 0) / calls - share)).toBeLessThan(0.015);
  });

  it('is the fixed person of the number, and then the ones that follow', () => {
    const people = {
      numbers: { [number]: { kind: 'busy', later: [{ kind: 'silent' }, { kind: 'completes' }] } as Person },
    };
    expect([0, 1, 2, 3].map((call) => personFor(people, 'seed', number, call).kind)).toEqual([
      'busy',
      'silent',
      'completes',
      'completes',
    ]);
  });
});

describe('people from a file', () => {
  it('are taken when they make sense', () => {
    const people = { numbers: { [number]: { kind: 'hangsUp', afterAnswers: 1 } }, mix: { completes: 1 } };
    expect(readPeople(people)).toEqual(people);
    expect(readPeople({})).toEqual({});
  });

  it('are refused with every problem at once', () => {
    const wrong = {
      persons: {},
      mix: { completes: -1 },
      numbers: {
        '202555': { kind: 'completes' },
        '+12025550100': { kind: 'hangsUp' },
        '+12025550101': { kind: 'sleeps', keys: ['x'] },
        '+12025550102': { kind: 'completes', hangUpAfterLastKey: true, afterAnswers: 1, later: [{}] },
        '+12025550103': 7,
      },
    };
    const problems = ((): readonly string[] => {
      try {
        readPeople(wrong);
      } catch (error) {
        if (error instanceof PeopleError) return error.problems;
      }
      return [];
    })();
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'persons',
      'numbers.202555',
      'numbers.+12025550100.afterAnswers',
      'numbers.+12025550101.kind',
      'numbers.+12025550101.keys',
      'numbers.+12025550102.afterAnswers',
      'numbers.+12025550102.hangUpAfterLastKey',
      'numbers.+12025550102.later[0].kind',
      'numbers.+12025550103',
      'mix.completes',
    ]);
  });
});
