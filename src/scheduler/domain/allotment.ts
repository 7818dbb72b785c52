/** Counted from rows at the moment of the claim; unknown calls count as live. */
export interface CampaignLoadNow {
  id: string;
  live: number;
  maxConcurrentCalls: number;
  callsPerSecond: number;
  /** Attempts claimed within the last `horizonSeconds(callsPerSecond, tick)`. */
  claimedLately: number;
  /** Attempts claimed and not dialled yet, however long ago. */
  waiting: number;
  /** The last claim before this one; null: none yet. */
  lastClaimedAt: Date | null;
}

export interface LoadNow {
  live: number;
  maxConcurrentCalls: number;
  callsPerSecond: number;
  claimedLately: number;
  waiting: number;
  campaigns: CampaignLoadNow[];
}

/** The stretch over which a pace is counted: at least a tick, and long enough for one call at slow paces. */
export function horizonSeconds(callsPerSecond: number, tickSeconds: number): number {
  return Math.max(tickSeconds, 1, 1 / callsPerSecond);
}

/**
 * How many contacts each campaign may claim now. Neither limit nor pace is passed, global or the campaign's own; what
 * the installation has to give goes, one by one, to the campaign whose limit is least used; among equals to the one that
 * has waited longest since its last claim, then by id. With fewer places than campaigns nobody but the first would ever
 * be served otherwise: each time a place comes free, all those without a call are equals.
 */
export function allot(load: LoadNow, tickSeconds: number): Map<string, number> {
  let room = Math.min(load.maxConcurrentCalls - load.live, paceRoom(load, tickSeconds));
  const shares = load.campaigns
    .map((campaign) => ({
      id: campaign.id,
      live: campaign.live,
      limit: campaign.maxConcurrentCalls,
      room: Math.min(campaign.maxConcurrentCalls - campaign.live, paceRoom(campaign, tickSeconds)),
      given: 0,
      lastClaimedAt: campaign.lastClaimedAt?.getTime() ?? -Infinity,
    }))
    .sort((a, b) => compare(a.lastClaimedAt, b.lastClaimedAt) || compare(a.id, b.id));
  while (room > 0) {
    const next = shares.filter((share) => share.given < share.room).sort(leastUsed)[0];
    if (next === undefined) break;
    next.given++;
    room--;
  }
  return new Map(shares.filter((share) => share.given > 0).map((share) => [share.id, share.given]));
}

function compare<T extends number | string>(a: T, b: T): number {
  return Number(a > b) - Number(a < b);
}

function leastUsed(
  a: { live: number; given: number; limit: number },
  b: { live: number; given: number; limit: number },
): number {
  return (a.live + a.given) / a.limit - (b.live + b.given) / b.limit;
}

/** What was claimed and not dialled uses up the pace as well: a slow carrier must not pile up claims. */
function paceRoom(
  now: { callsPerSecond: number; claimedLately: number; waiting: number },
  tickSeconds: number,
): number {
  const budget = Math.floor(now.callsPerSecond * horizonSeconds(now.callsPerSecond, tickSeconds) + 1e-9);
  return Math.max(0, budget - Math.max(now.claimedLately, now.waiting));
}
