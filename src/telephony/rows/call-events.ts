import type { Tx } from '../../shared/db/tx.js';
import type { CalleeInput, Prompt } from '../../survey/contracts/prompt.js';
import type { CarrierSignal } from '../telephony-port.js';

export type FactSource = 'webhook' | 'create' | 'lookup';

/** Stores a carrier signal; false when the same one is stored already. */
export async function storeSignalOnce(
  tx: Tx,
  fact: { attemptId: string; providerCallId: string; signal: CarrierSignal; source: FactSource; at: Date },
): Promise<boolean> {
  const { kind } = fact.signal;
  return stored(tx, {
    ...fact,
    kind: 'signal',
    turn: null,
    dedupeKey: `signal:${fact.providerCallId}:${kind}`,
    payload: fact.signal,
  });
}

/** A word of the carrier about a call that should not be. */
export async function storeLateCallOnce(
  tx: Tx,
  late: { attemptId: string; providerCallId: string; saw: string; source: FactSource; at: Date },
): Promise<boolean> {
  return stored(tx, {
    ...late,
    kind: 'late_call',
    turn: null,
    dedupeKey: `late:${late.providerCallId}:${late.saw}`,
    payload: { saw: late.saw },
  });
}

/** A turn with what was said to it: a repeated request gets the same answer. */
export async function storeTurn(
  tx: Tx,
  turn: {
    attemptId: string;
    providerCallId: string;
    turn: number;
    input: CalleeInput;
    prompt: Prompt;
    at: Date;
  },
): Promise<void> {
  const fresh = await stored(tx, {
    ...turn,
    kind: 'turn',
    source: 'webhook',
    dedupeKey: `turn:${turn.turn}`,
    payload: { input: turn.input, prompt: turn.prompt },
  });
  if (!fresh) throw new Error(`turn ${turn.turn} of attempt ${turn.attemptId} was stored under its lock`);
}

/** The prompt a turn was answered with, and how many turns the attempt has had. */
export async function turnsOf(
  tx: Tx,
  attemptId: string,
  turn: number,
): Promise<{ served: Prompt | null; count: number }> {
  const row = await tx.row<{ served: Prompt | null; count: number }>(
    `SELECT count(*)::int AS count, (array_agg(payload -> 'prompt') FILTER (WHERE turn = $2))[1] AS served
       FROM call_events WHERE attempt_id = $1 AND kind = 'turn'`,
    [attemptId, turn],
  );
  return row!;
}

async function stored(
  tx: Tx,
  event: {
    attemptId: string;
    providerCallId: string;
    kind: 'signal' | 'turn' | 'late_call';
    source: FactSource;
    turn: number | null;
    dedupeKey: string;
    payload: object;
    at: Date;
  },
): Promise<boolean> {
  const inserted = await tx.execute(
    `INSERT INTO call_events (attempt_id, provider_call_id, kind, source, dedupe_key, turn, payload, received_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (attempt_id, dedupe_key) DO NOTHING RETURNING id`,
    [
      event.attemptId,
      event.providerCallId,
      event.kind,
      event.source,
      event.dedupeKey,
      event.turn,
      event.payload,
      event.at,
    ],
  );
  return inserted === 1;
}
