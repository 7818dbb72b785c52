import { describe, expect, it } from 'vitest';
import { durationText, parseDuration } from './durations.js';

describe('durations', () => {
  it.each(['30s', '5m', '10m', '90m', '2h', '24h', '36h', '1s'])('reads and writes %s unchanged', (text) => {
    expect(durationText(parseDuration(text)!)).toBe(text);
  });

  it('reads days and writes them as hours', () => {
    expect(parseDuration('1d')).toBe(86_400_000);
    expect(durationText(parseDuration('2d')!)).toBe('48h');
  });

  it('writes the largest unit that fits', () => {
    expect(durationText(parseDuration('120s')!)).toBe('2m');
    expect(durationText(parseDuration('60m')!)).toBe('1h');
  });

  it.each(['', '5', 'm', '5 m', '1.5h', '-5m', '5M', '5min', '1h30m', '99999999s'])(
    'does not take %j for a duration',
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );
});
