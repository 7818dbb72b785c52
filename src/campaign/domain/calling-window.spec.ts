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
});
