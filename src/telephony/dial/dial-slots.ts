import type { Tx } from '../../shared/db/tx.js';

/**
 * Reserves the next moment at which a call may leave: one pace for the caller account and one for the campaign, kept in
 * rows, so that it holds over all workers and for recovered and re-sent attempts too. The rows are locked last of all.
 * A slot later than `latest` is not reserved; its time is returned, and whose pace it is that has no room before.
 */
export async function reserveDialSlot(
  tx: Tx,
  lanes: { account: string; campaignId: string; callsPerSecond: number; campaignCallsPerSecond: number },
  at: Date,
  latest: Date,
): Promise<{ reserved: boolean; slotAt: Date; lane: 'account' | 'campaign' }> {
  const paces = [
    { kind: 'account' as const, lane: `account:${lanes.account}`, intervalMs: 1_000 / lanes.callsPerSecond },
    {
      kind: 'campaign' as const,
      lane: `campaign:${lanes.campaignId}`,
      intervalMs: 1_000 / lanes.campaignCallsPerSecond,
    },
  ];
  let slotMs = at.getTime();
  let narrowest: 'account' | 'campaign' = 'account';
  for (const { kind, lane, intervalMs } of paces) {
    const last = await lockLane(tx, lane);
    const free = last === null ? 0 : Math.ceil(last.getTime() + intervalMs);
    // A slot further ahead than anybody reserves was written by a clock that has since stepped back.
    if (free > latest.getTime() + intervalMs + 1_000) continue;
    if (free > slotMs) [slotMs, narrowest] = [free, kind];
  }
  const slotAt = new Date(slotMs);
  if (slotAt > latest) return { reserved: false, slotAt, lane: narrowest };
  await tx.execute(`UPDATE dial_slots SET last_slot_at = $1 WHERE lane = ANY ($2)`, [
    slotAt,
    paces.map(({ lane }) => lane),
  ]);
  return { reserved: true, slotAt, lane: narrowest };
}

/** Locks a lane, making it first where it is new; null while nothing left through it. */
async function lockLane(tx: Tx, lane: string): Promise<Date | null> {
  const row = await tx.row<{ last: Date | null }>(
    `INSERT INTO dial_slots AS s (lane, last_slot_at) VALUES ($1, 'epoch')
     ON CONFLICT (lane) DO UPDATE SET lane = s.lane
     RETURNING NULLIF(last_slot_at, 'epoch') AS last`,
    [lane],
  );
  return row!.last;
}
