import type { Environment } from '../../shared/environment/environment.js';

export interface Bounds {
  /** The instant invariant 10 is judged at; null is the database's present. */
  at: Date | null;
  /** After ringing and talking are over, a call is resolved within this; see `patienceOf`. */
  resolvedWithinMs: number;
  /** A call that was asked for at the carrier within this is being cared for. */
  askedWithinMs: number;
  /** Everything, in steps; otherwise what the log's last `recentEvents` tell of, and everything if that is little. */
  full: boolean;
  recentEvents: number;
  /** Up to so many contacts are always checked, told of or not. */
  smallDatabase: number;
  contactsPerStep: number;
  eventsPerStep: number;
  /** The longest a statement may take. */
  statementMs: number;
  /** When this is over, what is left is not checked; null is no limit. */
  budgetMs: number | null;
}

export const DEFAULT_BOUNDS: Omit<Bounds, 'resolvedWithinMs' | 'askedWithinMs'> = {
  at: null,
  full: false,
  recentEvents: 50_000,
  smallDatabase: 20_000,
  contactsPerStep: 2_000,
  eventsPerStep: 100_000,
  statementMs: 5_000,
  budgetMs: 60_000,
};

type Delays = Pick<
  Environment,
  | 'CREATE_TIMEOUT_MS'
  | 'CREATE_GRACE_MS'
  | 'CLAIM_STALE_MS'
  | 'SETTLE_DELAY_MS'
  | 'SILENT_CALL_MS'
  | 'LOOKUP_INTERVAL_MS'
  | 'CARRIER_QUEUE_MS'
  | 'LOST_MARGIN_MS'
>;

/** A worker that dies with a lease is followed by another after 20 s; twice, and the ticks in between. */
const LEASES_MS = 60_000;

/** The worst case of the dial protocol under these settings, after ringing and talking are over. */
export function patienceOf(delays: Delays): Pick<Bounds, 'resolvedWithinMs' | 'askedWithinMs'> {
  const asking = delays.SILENT_CALL_MS + 3 * delays.LOOKUP_INTERVAL_MS;
  const lost =
    delays.CREATE_TIMEOUT_MS + delays.CREATE_GRACE_MS + delays.CARRIER_QUEUE_MS + delays.LOST_MARGIN_MS;
  return {
    resolvedWithinMs: lost + asking + delays.CLAIM_STALE_MS + delays.SETTLE_DELAY_MS + LEASES_MS,
    askedWithinMs: asking + LEASES_MS,
  };
}
