/** One mark per half month: enough to tell apart zones whose summer time differs. */
const MARKS = Array.from({ length: 24 }, (_, half) =>
  Date.UTC(2026, Math.floor(half / 2), half % 2 === 0 ? 1 : 16, 12),
);

const known = new Map<string, string | null>();

/**
 * The IANA zone of a country where its clocks leave no choice, else null. Countries whose several zones show the same
 * time all year (Germany: Berlin and Büsingen) count as one. `country` is an ISO 3166 code.
 */
export function timezoneOfCountry(country: string): string | null {
  let zone = known.get(country);
  if (zone === undefined) {
    zone = onlyClock(zonesOf(country));
    known.set(country, zone);
  }
  return zone;
}

/** `timeZones` up to Node 22, `getTimeZones()` from Node 24 on. */
function zonesOf(country: string): string[] {
  const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & {
    timeZones?: string[];
    getTimeZones?: () => string[] | undefined;
  };
  return locale.getTimeZones?.() ?? locale.timeZones ?? [];
}

function onlyClock(zones: string[]): string | null {
  if (zones.length <= 1) return zones[0] ?? null;
  return new Set(zones.map(clockOf)).size === 1 ? zones[0]! : null;
}

function clockOf(zone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  return MARKS.map((mark) => format.format(mark)).join();
}
