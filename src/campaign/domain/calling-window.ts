import type { CallingWindow, Weekday } from '../contracts/calling-policy.js';

export const WEEKDAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

const DAY_MINUTES = 1_440;
const WEEK_MINUTES = 7 * DAY_MINUTES;

/** Minutes since midnight of `HH:MM`; `24:00` is the end of the day. */
function minuteOfDay(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
}

/** Whether some minute that was open before is shut after. Both are compared minute by minute over one week. */
export function narrowsWindow(before: CallingWindow, after: CallingWindow): boolean {
  const wasOpen = openMinutes(before);
  const isOpen = openMinutes(after);
  return (
    wasOpen.some((open, minute) => open && !isOpen[minute]) ||
    after.holidays.some((holiday) => !before.holidays.includes(holiday))
  );
}

/** One entry per minute of the week, Monday 00:00 first; a window belongs to the day on which it opens. */
function openMinutes(window: CallingWindow): boolean[] {
  const open = Array.from({ length: WEEK_MINUTES }, () => false);
  const from = minuteOfDay(window.from);
  const crossesMidnight = minuteOfDay(window.to) <= from;
  const length = minuteOfDay(window.to) - from + (crossesMidnight ? DAY_MINUTES : 0);
  for (const day of window.days) {
    const opensAt = WEEKDAYS.indexOf(day) * DAY_MINUTES + from;
    for (let minute = 0; minute < length; minute++) open[(opensAt + minute) % WEEK_MINUTES] = true;
  }
  return open;
}
