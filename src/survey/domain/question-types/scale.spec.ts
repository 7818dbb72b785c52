import { describe, expect, it } from 'vitest';
import type { ScaleQuestion } from '../../contracts/survey-definition.js';
import { scale } from './scale.js';

const of = (min: number, max: number): ScaleQuestion => ({
  key: 'q',
  type: 'scale',
  text: 'How much?',
  min,
  max,
});

describe('scale', () => {
  it('takes every number between its bounds and no other', () => {
    const taken = ['0', '1', '2', '3', '4', '5', '6'].filter((keys) => scale.accept(of(1, 5), keys).ok);
    expect(taken).toEqual(['1', '2', '3', '4', '5']);
    expect(scale.accept(of(1, 5), '4')).toEqual({ ok: true, value: 4 });
  });

  it('takes two digits where the highest answer has two, leading zeros included', () => {
    expect(scale.accept(of(0, 10), '10')).toEqual({ ok: true, value: 10 });
    expect(scale.accept(of(0, 10), '0')).toEqual({ ok: true, value: 0 });
    expect(scale.accept(of(0, 10), '07')).toEqual({ ok: true, value: 7 });
    expect(scale.accept(of(0, 10), '010')).toEqual({ ok: true, value: 10 });
    expect(scale.accept(of(0, 10), '11')).toEqual({ ok: false });
  });

  it.each(['A', '1A', '#', '1#1', '-1', '1.5', ' 1', '1e1', ''])('takes nothing but digits: %j', (keys) => {
    expect(scale.accept(of(0, 99), keys)).toEqual({ ok: false });
  });

  it('needs nothing after a single digit', () => {
    expect(scale.listening(of(1, 5))).toMatchObject({ maxDigits: 1, finishKey: null });
    expect(scale.listening(of(0, 9))).toMatchObject({ maxDigits: 1, finishKey: null });
  });

  it('hears one digit more than the highest answer, so that 100 is not cut to 10', () => {
    expect(scale.listening(of(0, 10))).toMatchObject({ maxDigits: 3, finishKey: '#' });
  });

  it('names its keys in every language', () => {
    expect(scale.instructions(of(1, 5), 'en')).toEqual(['Press a key from 1 to 5.']);
    expect(scale.instructions(of(0, 10), 'en')).toEqual([
      'Enter a number from 0 to 10, then press the pound or hash key.',
    ]);
    expect(scale.instructions(of(1, 5), 'it')).toEqual(['Prema un tasto da 1 a 5.']);
    expect(scale.instructions(of(0, 10), 'it')).toEqual([
      'Digiti un numero da 0 a 10, poi prema il tasto cancelletto.',
    ]);
  });

  it.each([
    [{ min: 0, max: 99 }, []],
    [{ min: 1 }, [['q.max', 'required']]],
    [{ min: null, max: 5 }, [['q.min', 'required']]],
    [{ min: '1', max: 5 }, [['q.min', 'must_be_integer']]],
    [
      { min: 1.5, max: Number.NaN },
      [
        ['q.min', 'must_be_integer'],
        ['q.max', 'must_be_integer'],
      ],
    ],
    [
      { min: -1, max: 100 },
      [
        ['q.min', 'too_small'],
        ['q.max', 'too_large'],
      ],
    ],
    [{ min: 5, max: 5 }, [['q.max', 'too_small']]],
    [{ min: 6, max: 5 }, [['q.max', 'too_small']]],
  ])('checks its bounds: %j', (config, problems) => {
    expect(scale.problems(config, 'q').map(({ field, code }) => [field, code])).toEqual(problems);
  });
});
