/** Durations on the wire: a whole number and one of s, m, h, d, such as `30s`, `5m`, `24h`. */
const DURATION = /^([0-9]{1,7})(s|m|h|d)$/;
const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds, or null when the text is no duration. */
export function parseDuration(text: string): number | null {
  const match = DURATION.exec(text);
  return match ? Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS] : null;
}

/**
 * The largest of hours, minutes and seconds that expresses it in a whole number. Days are read but not written: on
 * the wire a day of waiting is `24h`, because it is a delay, not a calendar day.
 */
export function durationText(ms: number): string {
  if (ms % UNIT_MS.h === 0) return `${ms / UNIT_MS.h}h`;
  if (ms % UNIT_MS.m === 0) return `${ms / UNIT_MS.m}m`;
  return `${ms / UNIT_MS.s}s`;
}
