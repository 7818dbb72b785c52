import { describe, expect, it } from 'vitest';
import type { NumericQuestion } from '../../contracts/survey-definition.js';
import { numeric } from './numeric.js';

const of = (min: number, max: number): NumericQuestion => ({
  key: 'q',
  type: 'numeric',
  text: 'How many?',
  min,
  max,
});

describe('numeric', () => {
  it('takes whole numbers between its bounds, leading zeros included', () => {
    expect(numeric.accept(of(1900, 2026), '1984')).toEqual({ ok: true, value: 1984 });
    expect(numeric.accept(of(0, 99), '007')).toEqual({ ok: true, value: 7 });
    expect(numeric.accept(of(1900, 2026), '1899')).toEqual({ ok: false });
    expect(numeric.accept(of(1900, 2026), '2027')).toEqual({ ok: false });
    expect(numeric.accept(of(0, 99), '1*')).toEqual({ ok: false });
  });

  it('ends with # or a pause unless one digit is enough', () => {
    expect(numeric.listening(of(0, 9))).toMatchObject({ maxDigits: 1, finishKey: null });
    expect(numeric.listening(of(0, 365))).toMatchObject({ maxDigits: 4, finishKey: '#' });
  });

  it('checks its bounds, which reach nine digits', () => {
    expect(numeric.problems({ min: 0, max: 999_999_999 }, 'q')).toEqual([]);
    expect(numeric.problems({ min: 0, max: 1_000_000_000 }, 'q')).toMatchObject([
      { field: 'q.max', code: 'too_large' },
    ]);
    expect(numeric.problems({ min: -5, max: 5 }, 'q')).toMatchObject([{ field: 'q.min', code: 'too_small' }]);
  });

  it('names its keys in every language', () => {
    expect(numeric.instructions(of(0, 365), 'en')[0]).toContain('from 0 to 365');
    expect(numeric.instructions(of(0, 365), 'it')[0]).toContain('da 0 a 365');
  });
});
