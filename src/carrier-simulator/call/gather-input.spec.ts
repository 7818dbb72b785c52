import { describe, expect, it } from 'vitest';
import { gatherKeys } from './gather-input.js';

describe('a gather', () => {
  it('is over with its last digit, and later keys are not part of it', () => {
    expect(gatherKeys('123', { numDigits: 1, finishOnKey: '#' })).toEqual({
      pressed: '1',
      digits: '1',
      finished: true,
    });
  });

  it('is over with the finishing key, which is not among the digits', () => {
    expect(gatherKeys('42#', { numDigits: null, finishOnKey: '#' })).toEqual({
      pressed: '42#',
      digits: '42',
      finished: true,
    });
  });

  it('takes the finishing key alone for empty input', () => {
    expect(gatherKeys('#', { numDigits: 1, finishOnKey: '#' })).toMatchObject({ digits: '', finished: true });
  });

  it('takes # for a digit where no key finishes', () => {
    expect(gatherKeys('#', { numDigits: 1, finishOnKey: '' })).toMatchObject({ digits: '#', finished: true });
  });

  it('waits for more where neither has come', () => {
    expect(gatherKeys('4', { numDigits: 2, finishOnKey: '#' })).toMatchObject({
      digits: '4',
      finished: false,
    });
  });
});
