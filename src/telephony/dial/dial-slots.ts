import type { Clock } from '../../shared/clock/clock.js';
import type { Stopwatch } from '../../shared/clock/stopwatch.js';
import type { Tx } from '../../shared/db/tx.js';

/**
 * Nobody reserves further ahead than this: it is not waited for, so that a pause or a stop in between still keeps the call
 * from leaving.
 */
export const LONGEST_SLOT_WAIT_MS = 1_000;
/** A clock that steps back by less is waited for. */
const STEP_BACK_MS = 1_000;

export interface DialSlot {
  /** False when the slot is too far ahead; nothing was reserved then, and `slotAt` is the first that would be free. */
  reserved: boolean;
  slotAt: Date;
  /** The present, read while the lanes were locked. */
  at: Date;
  /** This process's monotonic time at that reading: what it takes from here on is delay, waiting for the lanes was none. */
  stampedAt: number;
  /** Whose pace leaves no room before the slot. */
  lane: 'account' | 'campaign';
}

/**
 * Reserves the next moment at which a call may leave: one pace for the caller account and one for the campaign, kept in
 * rows, so that it holds over all workers and for recovered and re-sent attempts too. The rows are locked last of all, and
 * the clock is read behind the locks: a reading from before may be seconds old, and slots that others have reserved since
 * would look as if a clock had stepped back. A slot ahead of such a reading by more than anybody reserves was written by a
 * clock that has really stepped back: only then the lane begins anew.
 */
export async function reserveDialSlot(
  tx: Tx,
  lanes: { account: string; campaignId: string; callsPerSecond: number; campaignCallsPerSecond: number },
  time: { clock: Clock; stopwatch: Stopwatch },
): Promise<DialSlot> {
  const paces = [
    { kind: 'account' as const, lane: `account:${lanes.account}`, intervalMs: 1_000 / lanes.callsPerSecond },
    {
      kind: 'campaign' as const,
      lane: `campaign:${lanes.campaignId}`,
      intervalMs: 1_000 / lanes.campaignCallsPerSecond,
    },
  ];
  const names = paces.map(({ lane }) => lane);
  const lasts = await lockLanes(tx, names);
  const at = await time.clock.now(tx);
  const stampedAt = time.stopwatch.now();
  const latestMs = at.getTime() + LONGEST_SLOT_WAIT_MS;
  let slotMs = at.getTime();
  let narrowest: DialSlot['lane'] = 'account';
  for (const { kind, lane, intervalMs } of paces) {
    const last = lasts.get(lane) ?? null;
    const free = last === null ? 0 : Math.ceil(last.getTime() + intervalMs);
    if (free > latestMs + intervalMs + STEP_BACK_MS) continue;
    if (free > slotMs) [slotMs, narrowest] = [free, kind];
  }
  const slotAt = new Date(slotMs);
  const reserved = slotMs <= latestMs;
  if (reserved) {
    await tx.execute(`UPDATE dial_slots SET last_slot_at = $1 WHERE lane = ANY ($2)`, [slotAt, names]);
  }
  return { reserved, slotAt, at, stampedAt, lane: narrowest };
}

/**
 * Locks lanes in this order, making them first where they are new. In one round trip: every dial of the account waits for
 * the first of them. Returns the last slot of each that something left through.
 */
async function lockLanes(tx: Tx, lanes: string[]): Promise<Map<string, Date>> {
  const rows = await tx.rows<{ lane: string; last: Date | null }>(
    `INSERT INTO dial_slots AS s (lane, last_slot_at)
     SELECT lane, 'epoch' FROM unnest($1::text[]) WITH ORDINALITY AS l (lane, nth) ORDER BY nth
     ON CONFLICT (lane) DO UPDATE SET lane = s.lane
     RETURNING lane, NULLIF(last_slot_at, 'epoch') AS last`,
    [lanes],
  );
  return new Map(rows.flatMap(({ lane, last }) => (last === null ? [] : [[lane, last] as const])));
}
