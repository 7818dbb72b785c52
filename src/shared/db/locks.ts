import type { Tx } from './tx.js';

/** Advisory lock keys: (namespace, lock). One table, so that no two locks share a number. */
const NAMESPACE = 8_880;
const LOCKS = { claim: 1, dialGate: 2, sequencer: 3, migrations: 4 } as const;

/** Becomes the one who claims, until COMMIT; false when another worker is at it. */
export async function tryClaimLock(tx: Tx): Promise<boolean> {
  return tryLock(tx, LOCKS.claim);
}

/** Becomes the one who numbers committed events, until COMMIT. */
export async function trySequencerLock(tx: Tx): Promise<boolean> {
  return tryLock(tx, LOCKS.sequencer);
}

/**
 * The dial transaction passes the gate: it shares it with other dials, and reads campaign, suppression and limits in
 * a later statement, so that it sees every stop that was committed before.
 */
export async function passDialGate(tx: Tx): Promise<void> {
  await tx.rows(`SELECT pg_advisory_xact_lock_shared(${NAMESPACE}, ${LOCKS.dialGate})`);
}

/**
 * Pause, stop, suppression, opt-out and lowered limits hold the gate alone until their COMMIT and take their
 * timestamp after it: no dial carries a later stamp without having seen them. Take it before any row lock.
 */
export async function holdDialGate(tx: Tx): Promise<void> {
  await tx.rows(`SELECT pg_advisory_xact_lock(${NAMESPACE}, ${LOCKS.dialGate})`);
}

/** Key of the lock under which exactly one process migrates. */
export const MIGRATION_LOCK = [NAMESPACE, LOCKS.migrations] as const;

async function tryLock(tx: Tx, lock: number): Promise<boolean> {
  const row = await tx.row<{ held: boolean }>(
    `SELECT pg_try_advisory_xact_lock(${NAMESPACE}, ${lock}) AS held`,
  );
  return row!.held;
}
