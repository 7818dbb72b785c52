import { describe, expect, it } from 'vitest';
import type { CallingWindow } from '../contracts/calling-policy.js';
import { narrowsWindow } from './calling-window.js';

const WINDOW: CallingWindow = { days: ['mon', 'tue'], from: '09:00', to: '20:00', holidays: [] };

describe('a changed calling window', () => {
  it.each<[string, Partial<CallingWindow>, boolean]>([
    ['the same hours', {}, false],
    ['longer hours', { from: '08:00', to: '24:00' }, false],
    ['another day more', { days: ['mon', 'tue', 'wed'] }, false],
    ['a later opening', { from: '09:01' }, true],
    ['an earlier end', { to: '19:59' }, true],
    ['a day less', { days: ['mon'] }, true],
    ['a new holiday', { holidays: ['2026-12-25'] }, true],
    ['longer hours on other days', { days: ['wed'], from: '00:00', to: '24:00' }, true],
    ['hours across midnight that leave the day out', { from: '22:00', to: '06:00' }, true],
    ['hours across midnight that keep the day in', { from: '09:00', to: '02:00' }, false],
  ])('with %s narrows the calling: %o', (_name, change, narrows) => {
    expect(narrowsWindow(WINDOW, { ...WINDOW, ...change })).toBe(narrows);
  });

  it('counts the hours past midnight to the day on which the window opens', () => {
    const sundayNight: CallingWindow = { days: ['sun'], from: '22:00', to: '02:00', holidays: [] };
    const mondayMorning: CallingWindow = { days: ['mon'], from: '00:00', to: '02:00', holidays: [] };
    expect(narrowsWindow(mondayMorning, sundayNight)).toBe(false);
    expect(narrowsWindow(sundayNight, mondayMorning)).toBe(true);
  });

  it('drops a holiday without narrowing', () => {
    const before = { ...WINDOW, holidays: ['2026-12-25'] };
    expect(narrowsWindow(before, WINDOW)).toBe(false);
  });

  it('compares to the minute, at either end and past midnight', () => {
    const narrows = (before: Partial<CallingWindow>, after: Partial<CallingWindow>) =>
      narrowsWindow({ ...WINDOW, ...before }, { ...WINDOW, ...after });
    expect(narrows({ to: '20:01' }, { to: '20:00' })).toBe(true);
    expect(narrows({ to: '20:00' }, { to: '20:01' })).toBe(false);
    expect(
      narrows({ days: ['mon'], from: '22:00', to: '02:01' }, { days: ['mon'], from: '22:00', to: '02:00' }),
    ).toBe(true);
    // The whole day, from one midnight to the next, and a day of twenty-four hours that begins at noon.
    expect(narrows({ from: '00:00', to: '24:00' }, { from: '00:00', to: '23:59' })).toBe(true);
    expect(
      narrows({ days: ['mon'], from: '12:00', to: '12:00' }, { days: ['mon'], from: '12:00', to: '11:59' }),
    ).toBe(true);
    expect(
      narrows({ days: ['mon'], from: '13:00', to: '14:00' }, { days: ['mon'], from: '12:00', to: '12:00' }),
    ).toBe(false);
  });
});
