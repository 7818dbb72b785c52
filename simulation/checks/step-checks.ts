import { QUICK_INVARIANTS_SQL } from '../../src/operations/invariants/quick-invariants.queries.js';
import type { ServerSession } from '../database/server-sessions.js';

const LOOKED_AT = new Set(
  [...QUICK_INVARIANTS_SQL.matchAll(/\b(?:FROM|JOIN) ([a-z_]+)/g)].map(([, table]) => table!),
);

/** The invariants of the rows, after everything that was committed to a table that one of them looks at. */
export async function checkStep(watcher: ServerSession, written: ReadonlySet<string>): Promise<string[]> {
  if (![...written].some((table) => LOOKED_AT.has(table))) return [];
  const { records } = await watcher.query(QUICK_INVARIANTS_SQL);
  return (records as { invariant: number; entity: string; detail: string }[]).map(
    ({ invariant, entity, detail }) => `invariant ${invariant}: ${entity} ${detail}`,
  );
}
