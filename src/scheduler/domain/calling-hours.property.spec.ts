import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallingWindow, Weekday } from '../../campaign/contracts/calling-policy.js';
import { type DailyHours, hoursAt } from './calling-hours.js';

/** A variable asks for more: ten times as many take some ten seconds. */
const RUNS = Number(process.env.PROPERTY_RUNS ?? 10_000);

/** Every way in which zones differ: half and three quarter hours, clock changes at midnight and of half an hour, none. */
const ZONES = [
  'Europe/Rome',
  'Europe/London',
  'America/New_York',
  'America/Sao_Paulo',
  'America/St_Johns',
  'America/Santiago',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Asia/Beirut',
  'Australia/Lord_Howe',
  'Australia/Sydney',
  'Pacific/Auckland',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
  'Pacific/Apia',
  'Africa/Cairo',
  'Africa/Casablanca',
  'America/Phoenix',
  'Atlantic/Azores',
  'UTC',
];
const DAYS: Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const MINUTE = 60_000;

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const clock = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
const quarters = (from: number, to: number) => fc.integer({ min: from * 4, max: to * 4 }).map((n) => n * 15);
const daily: fc.Arbitrary<DailyHours> = fc
  .tuple(quarters(0, 22), quarters(1, 23))
  .map(([from, length]) => ({ from: clock(from), to: clock(Math.min(1_440, from + length)) }));
const windows: fc.Arbitrary<CallingWindow> = fc.record({
  days: fc.subarray(DAYS, { minLength: 1 }),
  from: quarters(0, 23.75).map(clock),
  to: quarters(0.25, 24).map(clock),
  holidays: fc.subarray(['2026-03-29', '2026-10-25', '2026-11-01', '2026-12-25']),
});
/** Window and legal hours that meet: where they do not, a year is searched, which the examples do once. */
const both = fc
  .tuple(windows, daily)
  .filter(([window, legal]) =>
    Array.from({ length: 96 }, (_, n) => n * 15).some((m) => within(window, m) && within(legal, m)),
  );
const within = ({ from, to }: DailyHours, minute: number): boolean => {
  const [opens, closes] = [minutesOf(from), minutesOf(to)];
  return closes > opens ? minute >= opens && minute < closes : minute >= opens || minute < closes;
};

/** Days around the clock changes of these zones, and two quiet ones. */
const AROUND = [
  '2026-01-14',
  '2026-03-08',
  '2026-03-29',
  '2026-04-05',
  '2026-04-24',
  '2026-07-15',
  '2026-09-06',
  '2026-10-04',
  '2026-10-25',
  '2026-11-01',
];
const instants = fc
  .tuple(fc.constantFrom(...AROUND), fc.integer({ min: -1_440, max: 2_880 }))
  .map(([day, minutes]) => Date.parse(`${day}T00:00:00Z`) + minutes * MINUTE);

const formatters = new Map(
  ZONES.map((zone) => [
    zone,
    new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    }),
  ]),
);

/** Date, weekday and minute of the clock on the wall, asked of another implementation than the one under test. */
function onTheWall(
  zone: string,
  instant: number,
): { date: string; day: Weekday; minute: number; before: string } {
  const parts = Object.fromEntries(
    formatters
      .get(zone)!
      .formatToParts(instant)
      .map(({ type, value }) => [type, value]),
  );
  const date = `${parts.year}-${parts.month}-${parts.day}`;
  const midnight = Date.parse(`${date}T00:00:00Z`);
  return {
    date,
    day: DAYS[(new Date(midnight).getUTCDay() + 6) % 7]!,
    minute: Number(parts.hour) * 60 + Number(parts.minute),
    before: new Date(midnight - 86_400_000).toISOString().slice(0, 10),
  };
}

/** Open by the words of the rule, read off the wall; true and false alike within the hours that a clock change repeats. */
function openByTheWall(window: CallingWindow, zone: string, instant: number): boolean {
  const { date, day, minute, before } = onTheWall(zone, instant);
  const [from, to] = [minutesOf(window.from), minutesOf(window.to)];
  const opens = (on: string, weekday: Weekday) =>
    window.days.includes(weekday) && !window.holidays.includes(on);
  const yesterday = DAYS[(DAYS.indexOf(day) + 6) % 7]!;
  if (to > from) return opens(date, day) && minute >= from && minute < to;
  return (opens(date, day) && minute >= from) || (opens(before, yesterday) && minute < to);
}

/** Whether the zone changes its clocks within a day: there only the other properties say what holds. */
function changesAround(zone: string, instant: number): boolean {
  const offset = (at: number) => {
    const { date, minute } = onTheWall(zone, at);
    return Date.parse(`${date}T00:00:00Z`) + minute * MINUTE - at;
  };
  return offset(instant - 2 * 86_400_000) !== offset(instant + 2 * 86_400_000);
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/**
 * What breaks the property, shrunk; null when nothing does. One zone after another: the offsets of one zone are
 * remembered, those of twenty are more than that.
 */
function counterexample<T extends [unknown, ...unknown[]]>(
  propertyOf: (zone: string) => fc.IProperty<T>,
): string | null {
  const numRuns = Math.ceil(RUNS / ZONES.length);
  for (const zone of ZONES) {
    const message = fc.defaultReportMessage(fc.check(propertyOf(zone), { numRuns }));
    if (message !== undefined) return `${zone}: ${message}`;
  }
  return null;
}

const ALWAYS: CallingWindow = { days: DAYS, from: '00:00', to: '24:00', holidays: [] };

describe('calling hours, for any window, zone and instant', { timeout: 300_000 }, () => {
  it('are open exactly when the clock on the wall is inside the window', () => {
    expect(
      counterexample((zone) =>
        fc.property(windows, instants, (window, instant) => {
          if (changesAround(zone, instant)) return;
          const { open } = hoursAt(window, null, zone, new Date(instant));
          must(open === openByTheWall(window, zone, instant), `open: ${open}`);
        }),
      ),
    ).toBe(null);
  });

  it('are never open outside the window or the legal hours, also when the clocks change', () => {
    expect(
      counterexample((zone) =>
        fc.property(both, instants, ([window, legal], instant) => {
          if (!hoursAt(window, legal, zone, new Date(instant)).open) return;
          must(openByTheWall(window, zone, instant), 'outside the window');
          must(openByTheWall({ ...ALWAYS, ...legal }, zone, instant), 'outside the legal hours');
        }),
      ),
    ).toBe(null);
  });

  it('open at the instant they name, are shut right before it, and nowhere in between', () => {
    const share = fc.double({ min: 0, max: 0.999, noNaN: true });
    expect(
      counterexample((zone) =>
        fc.property(both, fc.boolean(), instants, share, ([window, legal], lawful, instant, part) => {
          const law = lawful ? legal : null;
          const hours = hoursAt(window, law, zone, new Date(instant));
          if (hours.open) return;
          const opensAt = hours.opensAt!.getTime();
          must(opensAt > instant, 'opens in the past');
          must(hoursAt(window, law, zone, new Date(opensAt)).open, 'shut at its opening');
          must(!hoursAt(window, law, zone, new Date(opensAt - 1)).open, 'open before it');
          const between = hoursAt(
            window,
            law,
            zone,
            new Date(instant + Math.floor((opensAt - instant) * part)),
          );
          must(!between.open && between.opensAt?.getTime() === opensAt, 'open in between');
        }),
      ),
    ).toBe(null);
  });

  it('close at the instant they name, and are open until then', () => {
    expect(
      counterexample((zone) =>
        fc.property(both, fc.boolean(), instants, ([window, legal], lawful, instant) => {
          const law = lawful ? legal : null;
          const hours = hoursAt(window, law, zone, new Date(instant));
          if (!hours.open) return;
          const closesAt = hours.closesAt.getTime();
          must(closesAt > instant, 'closed already');
          const last = hoursAt(window, law, zone, new Date(closesAt - 1));
          must(last.open && last.closesAt.getTime() === closesAt, 'closed before it');
        }),
      ),
    ).toBe(null);
  });

  it('say that the legal hours are the reason only inside the window', () => {
    expect(
      counterexample((zone) =>
        fc.property(both, instants, ([window, legal], instant) => {
          const at = new Date(instant);
          const hours = hoursAt(window, legal, zone, at);
          if (hours.open) return;
          const inWindow = hoursAt(window, null, zone, at).open;
          must((hours.closedBy === 'legal_hours') === inWindow, `closed by ${hours.closedBy}`);
        }),
      ),
    ).toBe(null);
  });
});
