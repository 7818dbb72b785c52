import { describe, expect, it } from 'vitest';
import type { CallingWindow } from '../../campaign/contracts/calling-policy.js';
import { hoursAt } from './calling-hours.js';

const everyDay = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as CallingWindow['days'];
const window = (change: Partial<CallingWindow> = {}): CallingWindow => ({
  days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
  from: '09:00',
  to: '20:00',
  holidays: [],
  ...change,
});
const at = (iso: string): Date => new Date(iso);

describe('calling hours', () => {
  it('compares the window with the clock on the wall of the person, not with UTC', () => {
    // 22:00 in Rome is 21:00 UTC in winter.
    expect(hoursAt(window({ to: '21:30' }), null, 'Europe/Rome', at('2026-01-14T21:00:00Z'))).toMatchObject({
      open: false,
    });
    expect(hoursAt(window(), null, 'Europe/Rome', at('2026-01-14T08:00:00Z'))).toMatchObject({ open: true });
    expect(hoursAt(window(), null, 'Europe/Rome', at('2026-01-14T07:59:59Z'))).toMatchObject({
      open: false,
      opensAt: at('2026-01-14T08:00:00Z'),
    });
  });

  it('opens on Monday for whoever is asked about on Sunday at three in the morning', () => {
    expect(hoursAt(window(), null, 'America/New_York', at('2026-11-22T08:00:00Z'))).toEqual({
      open: false,
      opensAt: at('2026-11-23T14:00:00Z'),
      closedBy: 'window',
    });
  });

  it('excludes the end of the window and includes its beginning', () => {
    expect(hoursAt(window(), null, 'UTC', at('2026-11-23T09:00:00Z')).open).toBe(true);
    expect(hoursAt(window(), null, 'UTC', at('2026-11-23T20:00:00Z')).open).toBe(false);
  });

  it('lets a window end at midnight', () => {
    const late = window({ from: '18:00', to: '24:00', days: ['sun'] });
    expect(hoursAt(late, null, 'UTC', at('2026-11-22T23:59:59Z')).open).toBe(true);
    expect(hoursAt(late, null, 'UTC', at('2026-11-23T00:00:00Z')).open).toBe(false);
  });

  it('is open around the clock from 00:00 to 24:00 on every day', () => {
    const always = window({ from: '00:00', to: '24:00', days: everyDay });
    for (let hour = 0; hour < 72; hour++) {
      expect(hoursAt(always, null, 'America/New_York', new Date(Date.UTC(2026, 9, 31, hour))).open).toBe(
        true,
      );
    }
  });

  it('counts a window across midnight to the day on which it opens', () => {
    const night = window({ from: '22:00', to: '02:00', days: ['fri'] });
    expect(hoursAt(night, null, 'UTC', at('2026-11-28T01:59:00Z')).open).toBe(true);
    expect(hoursAt(night, null, 'UTC', at('2026-11-27T01:00:00Z')).open).toBe(false);
  });

  it('does not open on a holiday, and opens the day after', () => {
    const closed = window({ holidays: ['2026-12-25'] });
    expect(hoursAt(closed, null, 'Europe/Rome', at('2026-12-25T10:00:00Z'))).toMatchObject({
      open: false,
      opensAt: at('2026-12-26T08:00:00Z'),
    });
  });

  it('keeps the legal hours over a wider window and says that they are the reason', () => {
    const always = window({ from: '00:00', to: '24:00', days: everyDay });
    const legal = { from: '08:00', to: '21:00' };
    expect(hoursAt(always, legal, 'UTC', at('2026-11-22T22:00:00Z'))).toEqual({
      open: false,
      opensAt: at('2026-11-23T08:00:00Z'),
      closedBy: 'legal_hours',
    });
    expect(hoursAt(always, legal, 'UTC', at('2026-11-22T12:00:00Z'))).toEqual({
      open: true,
      closesAt: at('2026-11-22T21:00:00Z'),
    });
  });

  it('never opens when window and legal hours do not meet', () => {
    const night = window({ from: '22:00', to: '23:00', days: everyDay });
    expect(hoursAt(night, { from: '08:00', to: '21:00' }, 'UTC', at('2026-11-22T12:00:00Z'))).toEqual({
      open: false,
      opensAt: null,
      closedBy: 'window',
    });
  });

  it('looks a year of holidays ahead, and no further', () => {
    const holidays = (days: number) =>
      Array.from({ length: days }, (_, day) =>
        new Date(Date.UTC(2026, 10, 22 + day)).toISOString().slice(0, 10),
      );
    const shut = (days: number) =>
      hoursAt(window({ days: everyDay, holidays: holidays(days) }), null, 'UTC', at('2026-11-22T12:00:00Z'));
    expect(shut(366)).toMatchObject({ opensAt: at('2027-11-23T09:00:00Z') });
    expect(shut(367)).toMatchObject({ opensAt: null });
  });

  it('says of both ends of a window whether window or legal hours are the reason', () => {
    const legal = { from: '08:00', to: '21:00' };
    const reason = (hours: Partial<CallingWindow>, instant: string) => {
      const answer = hoursAt(window({ days: everyDay, ...hours }), legal, 'UTC', at(instant));
      return answer.open ? 'open' : answer.closedBy;
    };
    expect(reason({ from: '06:00', to: '12:00' }, '2026-11-23T05:59:59.999Z')).toBe('window');
    expect(reason({ from: '06:00', to: '12:00' }, '2026-11-23T06:00:00Z')).toBe('legal_hours');
    expect(reason({ from: '20:00', to: '23:00' }, '2026-11-23T22:59:59.999Z')).toBe('legal_hours');
    expect(reason({ from: '20:00', to: '23:00' }, '2026-11-23T23:00:00Z')).toBe('window');
  });

  it.each([null, { from: '00:00', to: '24:00' }])(
    'does not open on the day whose clocks skip the whole window, legal hours: %j',
    (legal) => {
      const skipped = window({ from: '02:15', to: '02:45', days: everyDay });
      expect(hoursAt(skipped, legal, 'Europe/Rome', at('2026-03-28T12:00:00Z'))).toEqual({
        open: false,
        opensAt: at('2026-03-30T00:15:00Z'),
        closedBy: 'window',
      });
    },
  );

  it('opens at the moment of the change west of Greenwich too', () => {
    // New York, 8 March 2026: 02:00 becomes 03:00.
    const early = window({ from: '02:30', to: '10:00', days: everyDay });
    expect(hoursAt(early, null, 'America/New_York', at('2026-03-08T06:00:00Z'))).toMatchObject({
      open: false,
      opensAt: at('2026-03-08T07:00:00Z'),
    });
  });

  it('opens at the moment of the change when the clocks skip the opening time', () => {
    // Rome, 29 March 2026: 02:00 becomes 03:00.
    const early = window({ from: '02:30', to: '10:00', days: everyDay });
    expect(hoursAt(early, null, 'Europe/Rome', at('2026-03-29T00:30:00Z'))).toMatchObject({
      open: false,
      opensAt: at('2026-03-29T01:00:00Z'),
    });
  });

  it('opens at the later and closes at the earlier of two equal wall times', () => {
    // New York, 1 November 2026: 01:30 comes at 05:30Z and again at 06:30Z.
    const opening = window({ from: '01:30', to: '10:00', days: everyDay });
    expect(hoursAt(opening, null, 'America/New_York', at('2026-11-01T05:45:00Z')).open).toBe(false);
    expect(hoursAt(opening, null, 'America/New_York', at('2026-11-01T06:30:00Z')).open).toBe(true);
    const closing = window({ from: '00:10', to: '01:30', days: everyDay });
    expect(hoursAt(closing, null, 'America/New_York', at('2026-11-01T05:29:00Z')).open).toBe(true);
    expect(hoursAt(closing, null, 'America/New_York', at('2026-11-01T05:31:00Z')).open).toBe(false);
  });

  it('always names an opening at which it is open, in twenty zones over a year', () => {
    const zones = [
      'Europe/Rome',
      'Europe/London',
      'America/New_York',
      'America/Sao_Paulo',
      'America/St_Johns',
      'Asia/Kolkata',
      'Asia/Kathmandu',
      'Asia/Tokyo',
      'Australia/Lord_Howe',
      'Australia/Sydney',
      'Pacific/Auckland',
      'Pacific/Chatham',
      'Pacific/Kiritimati',
      'Pacific/Apia',
      'Africa/Cairo',
      'Africa/Casablanca',
      'America/Phoenix',
      'Asia/Tehran',
      'Atlantic/Azores',
      'UTC',
    ];
    for (const zone of zones) {
      const wall = new Intl.DateTimeFormat('en-GB', {
        timeZone: zone,
        hour: '2-digit',
        minute: '2-digit',
        weekday: 'short',
        hourCycle: 'h23',
      });
      for (let day = 0; day < 365; day += 9) {
        const instant = new Date(Date.UTC(2026, 0, 1 + day, (day * 7) % 24, 17));
        const hours = hoursAt(window(), { from: '08:00', to: '21:00' }, zone, instant);
        const opening = hours.open ? instant : hours.opensAt!;
        expect(opening.getTime()).toBeGreaterThanOrEqual(instant.getTime());
        const local = wall.format(opening);
        expect(local).not.toMatch(/^Sun/);
        const time = local.slice(-5);
        expect(time >= '09:00' && time < '20:00', `${zone} ${local}`).toBe(true);
        expect(hoursAt(window(), { from: '08:00', to: '21:00' }, zone, opening).open).toBe(true);
      }
    }
  }, 60_000);
});
