import { IANAZone } from 'luxon';
import type { CallingWindow, Weekday } from '../../campaign/contracts/calling-policy.js';

/** A stretch of time in UTC milliseconds, the end excluded. */
interface Stretch {
  from: number;
  to: number;
}

export interface DailyHours {
  /** `HH:MM` */
  from: string;
  /** `HH:MM`, up to `24:00` */
  to: string;
}

export type Hours =
  { open: true; closesAt: Date } | { open: false; opensAt: Date | null; closedBy: 'window' | 'legal_hours' };

const WEEKDAYS: Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const DAY_MS = 86_400_000;
/** A year of holidays is the longest a window may stay shut before the answer is "never". */
const DAYS_AHEAD = 366;

/**
 * Whether a person in `zone` may be rung at `at`: inside a window of the campaign and inside the legal hours. A window
 * belongs to the local day on which it opens, also past midnight. Wall times that a clock change skips mean the moment
 * of the change; of one that happens twice a window opens at the later and closes at the earlier.
 */
export function hoursAt(window: CallingWindow, legal: DailyHours | null, zone: string, at: Date): Hours {
  const iana = IANAZone.create(zone);
  const instant = at.getTime();
  const today = Math.floor((instant + offsetMs(iana, instant)) / DAY_MS);
  let inWindow = false;
  for (let day = today - 1; day <= today + DAYS_AHEAD; day++) {
    for (const stretch of permitted(iana, window, legal, day)) {
      if (stretch.to <= instant) continue;
      if (stretch.from <= instant) return { open: true, closesAt: new Date(stretch.to) };
      inWindow ||= windowOf(iana, window, today, instant) || windowOf(iana, window, today - 1, instant);
      return { open: false, opensAt: new Date(stretch.from), closedBy: inWindow ? 'legal_hours' : 'window' };
    }
  }
  return { open: false, opensAt: null, closedBy: 'window' };
}

function permitted(zone: IANAZone, window: CallingWindow, legal: DailyHours | null, day: number): Stretch[] {
  if (!opensOn(window, day)) return [];
  const stretch = stretchOf(zone, window, day);
  if (legal === null) return stretch.to > stretch.from ? [stretch] : [];
  return [day, day + 1]
    .map((legalDay) => stretchOf(zone, legal, legalDay))
    .map((hours) => ({ from: Math.max(stretch.from, hours.from), to: Math.min(stretch.to, hours.to) }))
    .filter((both) => both.to > both.from);
}

function windowOf(zone: IANAZone, window: CallingWindow, day: number, instant: number): boolean {
  if (!opensOn(window, day)) return false;
  const stretch = stretchOf(zone, window, day);
  return stretch.from <= instant && instant < stretch.to;
}

function opensOn(window: CallingWindow, day: number): boolean {
  const date = new Date(day * DAY_MS);
  return (
    window.days.includes(WEEKDAYS[date.getUTCDay()]!) &&
    !window.holidays.includes(date.toISOString().slice(0, 10))
  );
}

function stretchOf(zone: IANAZone, hours: DailyHours, day: number): Stretch {
  const from = minutesOf(hours.from);
  const to = minutesOf(hours.to);
  const lastDay = to > from ? day : day + 1;
  return {
    from: instantOf(zone, day * DAY_MS + from * 60_000, Math.max),
    to: instantOf(zone, lastDay * DAY_MS + to * 60_000, Math.min),
  };
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number);
  return hours! * 60 + minutes!;
}

/** The instant at which the zone's clocks show `local` (wall time as if it were UTC milliseconds). */
function instantOf(zone: IANAZone, local: number, whenTwice: (...instants: number[]) => number): number {
  const offsets = [offsetMs(zone, local - DAY_MS), offsetMs(zone, local + DAY_MS)];
  const fits = offsets
    .map((offset) => local - offset)
    .filter((instant) => instant + offsetMs(zone, instant) === local);
  if (fits.length > 0) return whenTwice(...fits);
  return changeBetween(zone, local - Math.max(...offsets), local - Math.min(...offsets));
}

/** The instant at which the offset changes between two instants. */
function changeBetween(zone: IANAZone, before: number, after: number): number {
  const old = offsetMs(zone, before);
  let instant = Math.floor(before / QUARTER_MS) * QUARTER_MS;
  // Stryker disable next-line ConditionalExpression,EqualityOperator: the change lies before the end
  while (instant < after && offsetMs(zone, instant) === old) instant += QUARTER_MS;
  return instant;
}

/** Zones change their offset on quarter hours of UTC, so an answer holds for its quarter hour. */
const QUARTER_MS = 900_000;
const MOST_REMEMBERED = 50_000;
const remembered = new Map<string, number>();

/** Asking the zone costs some 15 µs, and a claim asks tens of times per contact: remembered answers cost a hundredth. */
function offsetMs(zone: IANAZone, instant: number): number {
  const quarter = Math.floor(instant / QUARTER_MS);
  const key = `${zone.name} ${quarter}`;
  const known = remembered.get(key);
  // Stryker disable next-line ConditionalExpression: only costs time
  if (known !== undefined) return known;
  // Stryker disable next-line ConditionalExpression,EqualityOperator: only costs time or memory
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  const offset = zone.offset(quarter * QUARTER_MS) * 60_000;
  remembered.set(key, offset);
  return offset;
}
