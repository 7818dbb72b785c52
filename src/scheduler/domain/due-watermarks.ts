/**
 * Where the due scan of a campaign begins. Contacts already claimed or moved on leave dead entries at the front of the
 * index; as long as a long transaction elsewhere keeps them from being cleaned up, a scan from the very beginning walks
 * them all, again and again. A full sweep every few seconds finds whoever became due behind the mark.
 */
const SWEEP_EVERY_MS = 5_000;

export class DueWatermarks {
  private readonly marks = new Map<string, { from: Date; sweptAt: Date }>();

  /** The lower bound for a scan at this moment; undefined when a full sweep is due. */
  lowerBound(campaignId: string, at: Date): Date | undefined {
    const mark = this.marks.get(campaignId);
    if (mark === undefined || at.getTime() - mark.sweptAt.getTime() >= SWEEP_EVERY_MS || at < mark.sweptAt)
      return undefined;
    return mark.from;
  }

  /** After a scan: everybody due before `handledUpTo` was claimed or moved on. `full` when it had no lower bound. */
  scanned(campaignId: string, scan: { handledUpTo: Date; full: boolean; at: Date }): void {
    const before = this.marks.get(campaignId);
    const sweptAt = scan.full || before === undefined ? scan.at : before.sweptAt;
    this.marks.set(campaignId, { from: scan.handledUpTo, sweptAt });
  }
}
