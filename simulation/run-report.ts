import type { CallingPolicy } from '../src/campaign/contracts/calling-policy.js';
import type { ServerSession } from './database/server-sessions.js';
import type { Fault } from './faults.js';
import type { Trace } from './kernel/trace.js';

export interface RunOptions {
  seed: string;
  campaigns: number;
  contacts: number;
  workers: number;
  faults: ReadonlySet<Fault>;
  /** Called with every line of the trace. */
  tell?: (line: string) => void;
}

export interface RunReport {
  seed: string;
  hash: string;
  violations: string[];
  faults: Partial<Record<Fault, number>>;
  faultCount: number;
  contacts: number;
  calls: number;
  lateCalls: number;
  /** Contacts by the state they came to. */
  final: Record<string, number>;
  steps: number;
  virtualMs: number;
  /** Statements that gave up waiting for a lock, and deadlocks, by SQLSTATE. */
  givenUp: Record<string, number>;
  lastSteps: string[];
}

/** All events in the order in which they were written; returns how many calls came late. */
export async function hashEvents(watcher: ServerSession, trace: Trace): Promise<number> {
  const { records } = await watcher.query(
    `SELECT type, entity_id, entity_version, payload, occurred_at FROM domain_events ORDER BY id`,
  );
  let late = 0;
  for (const event of records as Record<string, unknown>[]) {
    if (event.type === 'call.late.v1') late++;
    const { type, entity_id: entity, entity_version: version, payload, occurred_at: at } = event;
    trace.add((at as Date).getTime(), String(entity), `${String(type)} ${String(version)}`, payload);
  }
  return late;
}

export async function finalStates(watcher: ServerSession): Promise<Record<string, number>> {
  const { records } = await watcher.query(
    `SELECT state, count(*)::int AS people FROM contacts GROUP BY state ORDER BY state`,
  );
  const states = records as { state: string; people: number }[];
  return Object.fromEntries(states.map(({ state, people }) => [state, people]));
}

/** By campaign, in the order in which they were made. */
export async function policiesOf(watcher: ServerSession): Promise<Map<string, CallingPolicy>> {
  const { records } = await watcher.query(`SELECT id, policy FROM campaigns ORDER BY id`);
  return new Map((records as { id: string; policy: CallingPolicy }[]).map(({ id, policy }) => [id, policy]));
}
