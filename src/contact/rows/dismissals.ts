import type { Tx } from '../../shared/db/tx.js';
import { appendEvents } from '../../shared/event-log/append-events.js';
import { ContactSettled } from '../contracts/events.js';
import type { SettledRow } from './settled-contacts.sql.js';

/** The events of contacts that became final without a call. */
export function appendDismissals(tx: Tx, rows: SettledRow[], at: Date): Promise<void> {
  return appendEvents(
    tx,
    rows.map((row) =>
      ContactSettled.of(
        { entityId: row.id, version: row.version, at, campaignId: row.campaignId },
        { from: row.from, state: 'not_reached', disposition: row.disposition, nextAttemptAt: null },
      ),
    ),
  );
}
