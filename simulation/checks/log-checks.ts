import type { CallingPolicy, RetriedOutcome } from '../../src/campaign/contracts/calling-policy.js';
import type { AttemptEnd, LoggedEvent, Rows } from './rows.js';

/** What the event log tells of limits, hours and waiting times; the order of ids is the order in which things happened. */
export function checkLog(rows: Rows, firstLimit: number): string[] {
  return [
    ...claimsMiscounted(rows.events),
    ...dialledAtLimit(rows, firstLimit),
    ...dialledOutOfHours(rows),
    ...dueAtOnce(rows.events),
    ...retriedTooEarly(rows),
  ];
}

/** Every claim has counted at least the calls that were live before it, those of unknown result included. */
function claimsMiscounted(events: LoggedEvent[]): string[] {
  const live = new Map<string, string>();
  const found: string[] = [];
  for (const { type, entityId, campaignId, payload } of events) {
    if (type === 'call.ended.v1' || type === 'call.hung_up.v1') live.delete(entityId);
    if (type !== 'call.claimed.v1') continue;
    const own = [...live.values()].filter((campaign) => campaign === campaignId).length;
    if (Number(payload.live) < own || Number(payload.globalLive) < live.size)
      found.push(
        `the claim of ${entityId} counted ${String(payload.live)} calls live of ${own}, ` +
          `everywhere ${String(payload.globalLive)} of ${live.size}`,
      );
    live.set(entityId, campaignId!);
  }
  return found;
}

/** No dial with as many calls on the line as its campaign, or all together, may have. */
function dialledAtLimit({ events, policies }: Rows, firstLimit: number): string[] {
  const inForce = policiesOverTime(events, policies);
  const onTheLine = new Map<string, string>();
  const found: string[] = [];
  let limit = firstLimit;
  for (const { type, entityId, campaignId, payload } of events) {
    inForce.hear(type, entityId, payload);
    if (type === 'settings.changed.v1')
      limit = (payload.after as { maxConcurrentCalls: number }).maxConcurrentCalls;
    if (OFF_THE_LINE.has(type)) onTheLine.delete(entityId);
    if (type !== 'call.dialing.v1') continue;
    const own = [...onTheLine.values()].filter((campaign) => campaign === campaignId).length;
    const ownLimit = inForce.of(campaignId!).maxConcurrentCalls;
    if (own >= ownLimit || onTheLine.size >= limit)
      found.push(
        `attempt ${entityId} was dialled with ${own} calls of ${ownLimit} on the line, ` +
          `everywhere ${onTheLine.size} of ${limit}`,
      );
    onTheLine.set(entityId, campaignId!);
  }
  return found;
}

const OFF_THE_LINE = new Set(['call.requeued.v1', 'call.hung_up.v1', 'call.ended.v1']);

/** Hours and weekday where the phone rings, by the platform's own time zones. */
function dialledOutOfHours({ events, attempts, zones, policies }: Rows): string[] {
  const inForce = policiesOverTime(events, policies);
  return events.flatMap(({ type, entityId: attemptId, campaignId, payload, at }) => {
    inForce.hear(type, attemptId, payload);
    if (type !== 'call.dialing.v1') return [];
    const { days, from, to } = inForce.of(campaignId!).callingWindow;
    const parts = clockOf(zones.get(attempts.get(attemptId)!.contactId)!).formatToParts(at);
    const read = (wanted: string) => parts.find(({ type }) => type === wanted)!.value;
    const [day, time] = [read('weekday').slice(0, 3).toLowerCase(), `${read('hour')}:${read('minute')}`];
    const isOpen = (days as string[]).includes(day) && time >= from && time < to;
    return isOpen ? [] : [`attempt ${attemptId} was dialled ${day} ${time} where the phone rings`];
  });
}

/** The policies as they stood at an event: narrowed behind the dial gate, so that the order of events decides. */
function policiesOverTime(events: LoggedEvent[], now: ReadonlyMap<string, CallingPolicy>) {
  const policies = new Map(now);
  for (const { type, entityId, payload } of events.toReversed())
    if (type === POLICY_CHANGED) policies.set(entityId, payload.before as CallingPolicy);
  return {
    of: (campaignId: string): CallingPolicy => policies.get(campaignId)!,
    hear: (type: string, entityId: string, payload: Record<string, unknown>): void => {
      if (type === POLICY_CHANGED) policies.set(entityId, payload.after as CallingPolicy);
    },
  };
}

const POLICY_CHANGED = 'campaign.policy_changed.v1';

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  let clock = clocks.get(timeZone);
  if (clock === undefined) {
    const shape = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    clock = new Intl.DateTimeFormat('en-US', { timeZone, ...shape });
    clocks.set(timeZone, clock);
  }
  return clock;
}

/** Whoever is given back is due later than now: never in the tick that claimed them. */
function dueAtOnce(events: LoggedEvent[]): string[] {
  return events
    .filter(
      ({ type, payload, at }) =>
        type === 'contact.released.v1' && Date.parse(String(payload.nextAttemptAt)) <= at.getTime(),
    )
    .map(({ entityId }) => `contact ${entityId} was given back and due at once`);
}

/** The wait after an outcome is the one the policy names for it, however often it came. */
function retriedTooEarly({ attempts, policies }: Rows): string[] {
  const byContact = new Map<string, AttemptEnd[]>();
  for (const attempt of attempts.values())
    byContact.set(attempt.contactId, [...(byContact.get(attempt.contactId) ?? []), attempt]);
  return [...byContact.values()].flatMap((ofContact) => {
    const found: string[] = [];
    const times = new Map<string, number>();
    let dueAt = 0;
    for (const attempt of ofContact.toSorted((a, b) => a.attemptNumber - b.attemptNumber)) {
      if (attempt.claimedAt.getTime() < dueAt)
        found.push(
          `attempt ${attempt.id} was claimed ${dueAt - attempt.claimedAt.getTime()} ms before its time`,
        );
      if (attempt.outcome === 'canceled' || attempt.endedAt === null) continue;
      const outcome = attempt.correctedFrom ?? attempt.outcome;
      const nth = (times.get(outcome) ?? 0) + 1;
      times.set(outcome, nth);
      dueAt = attempt.endedAt.getTime() + waitAfter(policies.get(attempt.campaignId)!, outcome, nth);
    }
    return found;
  });
}

function waitAfter({ retryMs }: CallingPolicy, outcome: string, nth: number): number {
  const delays = retryMs[outcome as RetriedOutcome] ?? [];
  return delays[Math.min(nth, delays.length) - 1] ?? 0;
}
