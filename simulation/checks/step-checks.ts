import { QUICK_INVARIANTS_SQL } from '../../src/operations/invariants/quick-invariants.queries.js';
import type { ServerSession } from '../database/server-sessions.js';

/** The invariants of the rows, after everything that was committed. */
export async function checkStep(watcher: ServerSession): Promise<string[]> {
  const { records } = await watcher.query(QUICK_INVARIANTS_SQL);
  return (records as { invariant: number; entity: string; detail: string }[]).map(
    ({ invariant, entity, detail }) => `invariant ${invariant}: ${entity} ${detail}`,
  );
}
