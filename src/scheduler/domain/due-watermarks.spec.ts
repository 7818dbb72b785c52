import { describe, expect, it } from 'vitest';
import { DueWatermarks } from './due-watermarks.js';

const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 10, 0, second));

describe('the watermark of the due scan', () => {
  it('begins with a full sweep and then scans from where everybody was handled', () => {
    const marks = new DueWatermarks();
    expect(marks.lowerBound('a', at(0))).toBeUndefined();
    marks.scanned('a', { handledUpTo: at(-60), full: true, at: at(0) });
    expect(marks.lowerBound('a', at(1))).toEqual(at(-60));
    expect(marks.lowerBound('b', at(1))).toBeUndefined();
  });

  it('sweeps again after five seconds, however often it scanned in between, and when the clock steps back', () => {
    const marks = new DueWatermarks();
    marks.scanned('a', { handledUpTo: at(-60), full: true, at: at(0) });
    for (const second of [1, 2, 3, 4])
      marks.scanned('a', { handledUpTo: at(-50), full: false, at: at(second) });
    expect(marks.lowerBound('a', at(4))).toEqual(at(-50));
    expect(marks.lowerBound('a', at(5))).toBeUndefined();
    expect(marks.lowerBound('a', at(-1))).toBeUndefined();
  });

  it('holds from the moment of the sweep on, also when the first scan was none', () => {
    const marks = new DueWatermarks();
    marks.scanned('a', { handledUpTo: at(-60), full: false, at: at(0) });
    expect(marks.lowerBound('a', at(0))).toEqual(at(-60));
    expect(marks.lowerBound('a', at(4))).toEqual(at(-60));
    expect(marks.lowerBound('a', at(5))).toBeUndefined();
  });

  it('counts its five seconds from the last full sweep', () => {
    const marks = new DueWatermarks();
    marks.scanned('a', { handledUpTo: at(-60), full: true, at: at(0) });
    marks.scanned('a', { handledUpTo: at(-50), full: true, at: at(4) });
    expect(marks.lowerBound('a', at(8))).toEqual(at(-50));
    expect(marks.lowerBound('a', at(9))).toBeUndefined();
  });
});
