import type { Tx } from '../../shared/db/tx.js';

/** Limits over every campaign. */
export interface GlobalLimits {
  maxConcurrentCalls: number;
  callsPerSecond: number;
  diallingStoppedAt: Date | null;
  diallingStoppedReason: string | null;
  version: number;
}

export abstract class Limits {
  abstract read(tx: Tx): Promise<GlobalLimits>;
}
