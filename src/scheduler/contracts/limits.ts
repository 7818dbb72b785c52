import type { Tx } from '../../shared/db/tx.js';

/** Limits over every campaign. */
export interface GlobalLimits {
  maxConcurrentCalls: number;
  callsPerSecond: number;
  diallingStoppedAt: Date | null;
  diallingStoppedReason: string | null;
  version: number;
}

/** The limits as whoever is about to claim or dial reads them. */
export interface DiallingLimits extends GlobalLimits {
  /** Stopped, or about to be: this is not the database dialling is permitted on, and the watch has not seen it yet. */
  diallingStopped: boolean;
}

export abstract class Limits {
  abstract read(tx: Tx): Promise<GlobalLimits>;

  /** The same, compared with the database it is read from. A database that no watch has noted yet counts as the right one. */
  abstract readForDialling(tx: Tx): Promise<DiallingLimits>;
}
