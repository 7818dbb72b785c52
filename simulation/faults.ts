import type { StatementKind } from './database/statement.js';
import type { Chance } from './kernel/chance.js';
import type { Life } from './kernel/life.js';

/** Everything that is made to go wrong. `--faults` takes these names, `all` or `none`. */
export const FAULTS = [
  'crash',
  'half-open',
  'freeze',
  'cut',
  'ambiguous-commit',
  'database-outage',
  'throttled',
  'error-before',
  'error-after',
  'truncated',
  'timeout-placed',
  'timeout-not-placed',
  'reset',
  'not-sent',
  'carrier-outage',
  'configuration',
  'slow-carrier',
  'look-up-fails',
  'webhook-lost',
  'webhook-doubled',
  'webhook-late',
  'turn-replayed',
  'turn-late',
  'pause',
  'stop',
  'limits',
  'suppression',
  'lifting',
  'policy',
  'withdrawal',
  'order-at-a-claim',
  'order-at-a-dial',
  'shutdown',
] as const;
export type Fault = (typeof FAULTS)[number];

export type StatementFault = 'cut before' | 'cut after' | 'crash before' | 'crash after';

/** What a claim has read of campaigns and suppressions is old by the time its calls are dialled. */
const CLAIM = /^\s*INSERT INTO call_attempts/;
/** The reservation of a slot stands between what a dial reads and what it writes. */
const DIAL_SLOT = /^\s*INSERT INTO dial_slots/;
const CAMPAIGN_LANE = 'campaign:';

/** Chance of a fault at one statement; a run of twenty contacts has some thousands. */
const AT_STATEMENT = { crash: 0.0013, cut: 0.0026, ambiguous: 0.014 };

/** Draws faults from the seed and counts those that happened. */
export class Faults {
  readonly counts: Partial<Record<Fault, number>> = {};
  /** Called when an order would come at the worst moment for a call. */
  worstMoment: ((call: { campaignId: string; phoneNumber: string | null }) => void) | null = null;
  /** Off while the world is set up and while it comes to rest. */
  active = false;

  constructor(
    private readonly chance: Chance,
    private readonly kinds: ReadonlySet<Fault>,
  ) {}

  get total(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }

  /** Whether this fault happens here; counted if so. */
  strike(fault: Fault, probability: number): boolean {
    // Drawn whether or not the kind is switched on, so that a narrower list keeps the rest of the run comparable.
    const drawn = this.chance.happens(probability);
    if (!drawn || !this.active || !this.kinds.has(fault)) return false;
    this.count(fault);
    return true;
  }

  count(fault: Fault): void {
    this.counts[fault] = (this.counts[fault] ?? 0) + 1;
  }

  has(fault: Fault): boolean {
    return this.kinds.has(fault);
  }

  atStatement(
    life: Life,
    kind: StatementKind,
    sql: string,
    parameters: readonly unknown[],
  ): StatementFault | null {
    if (!life.mayFail) return null;
    this.maybeOrder(sql, parameters);
    if (this.strike('crash', AT_STATEMENT.crash))
      return this.chance.happens(0.5) ? 'crash before' : 'crash after';
    if (kind === 'commit' && this.strike('ambiguous-commit', AT_STATEMENT.ambiguous))
      return this.chance.happens(0.7) ? 'cut after' : 'cut before';
    if (this.strike('cut', AT_STATEMENT.cut)) return this.chance.happens(0.5) ? 'cut before' : 'cut after';
    return null;
  }

  private maybeOrder(sql: string, parameters: readonly unknown[]): void {
    if (CLAIM.test(sql) && this.strike('order-at-a-claim', 0.08)) {
      const [campaigns, phoneNumbers] = [parameters[2], parameters[4]] as [string[], string[]];
      this.worstMoment?.({ campaignId: campaigns[0]!, phoneNumber: phoneNumbers[0]! });
    }
    const lanes = DIAL_SLOT.test(sql) ? (parameters[0] as string[]) : [];
    const lane = lanes.find((one) => one.startsWith(CAMPAIGN_LANE));
    if (lane !== undefined && this.strike('order-at-a-dial', 0.06))
      this.worstMoment?.({ campaignId: lane.slice(CAMPAIGN_LANE.length), phoneNumber: null });
  }
}
