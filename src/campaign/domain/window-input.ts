import { DateTime } from 'luxon';
import type { FieldProblem } from '../../shared/errors/domain-error.js';
import type { CallingWindow, Weekday } from '../contracts/calling-policy.js';
import { defaultPolicy } from './calling-policy.js';
import { WEEKDAYS } from './calling-window.js';
import { isFields, listProblem, notAnObject, unknownFields } from './field-checks.js';

const TIME_OF_DAY = /^([01][0-9]|2[0-3]):[0-5][0-9]$/;
const MAX_HOLIDAYS = 1_000;

/** Reads `callingWindow`; absent parts stay as they are, `null` goes back to the default. */
export function readWindow(
  written: unknown,
  present: CallingWindow,
  field: string,
  problems: FieldProblem[],
): CallingWindow {
  const standard = defaultPolicy().callingWindow;
  if (written === undefined) return present;
  if (written === null) return standard;
  if (!isFields(written)) {
    problems.push(notAnObject(field));
    return present;
  }
  problems.push(...unknownFields(written, ['days', 'from', 'to', 'holidays'], field));
  const sound = problems.length;
  const part = (name: keyof CallingWindow): unknown =>
    written[name] === null ? standard[name] : (written[name] ?? present[name]);
  const window: CallingWindow = {
    days: readDays(part('days'), `${field}.days`, problems),
    from: readTime(part('from'), `${field}.from`, problems, { endOfDay: false }),
    to: readTime(part('to'), `${field}.to`, problems, { endOfDay: true }),
    holidays: readHolidays(part('holidays'), `${field}.holidays`, problems),
  };
  if (problems.length === sound && window.from === window.to) {
    problems.push({
      field: `${field}.to`,
      code: 'empty_window',
      message: `${field}.to equals from; a whole day is from 00:00 to 24:00`,
    });
  }
  return window;
}

function readDays(written: unknown, field: string, problems: FieldProblem[]): Weekday[] {
  const problem = listProblem(written, { min: 1, max: 7 }, field);
  if (problem !== null) problems.push(problem);
  if (!Array.isArray(written)) return [];
  written.forEach((day: unknown, index) => {
    if (WEEKDAYS.includes(day as Weekday)) return;
    problems.push({
      field: `${field}[${index}]`,
      code: 'not_permitted',
      message: `${field}[${index}] must be one of ${WEEKDAYS.join(', ')}`,
    });
  });
  return WEEKDAYS.filter((day) => written.includes(day));
}

function readTime(
  written: unknown,
  field: string,
  problems: FieldProblem[],
  allowed: { endOfDay: boolean },
): string {
  if (typeof written === 'string') {
    if (TIME_OF_DAY.test(written) || (allowed.endOfDay && written === '24:00')) return written;
  }
  problems.push({
    field,
    code: 'invalid_time',
    message: `${field} must be a time of day as HH:MM${allowed.endOfDay ? ', at the latest 24:00' : ''}`,
  });
  return '';
}

function readHolidays(written: unknown, field: string, problems: FieldProblem[]): string[] {
  const problem = listProblem(written, { min: 0, max: MAX_HOLIDAYS }, field);
  if (problem !== null) problems.push(problem);
  if (!Array.isArray(written)) return [];
  written.forEach((day: unknown, index) => {
    if (isCalendarDate(day)) return;
    problems.push({
      field: `${field}[${index}]`,
      code: 'invalid_date',
      message: `${field}[${index}] must be a date of the calendar as YYYY-MM-DD`,
    });
  });
  return [...new Set(written.filter(isCalendarDate))].sort();
}

function isCalendarDate(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value) &&
    DateTime.fromISO(value, { zone: 'utc' }).isValid
  );
}
