import { Injectable } from '@nestjs/common';
import { DiallingDatabase } from '../../shared/db/database.js';
import type { Tx } from '../../shared/db/tx.js';
import type { LoggedEvent } from '../../shared/event-log/domain-event.js';
import { type EventSubscriber, Subscribes } from '../../shared/event-log/subscribes.js';
import type { CallOutcome } from '../../telephony/contracts/call-attempt.js';
import { CallCorrected, CallEnded } from '../../telephony/contracts/events.js';
import { isTestContact } from './test-contact.queries.js';

/**
 * Ended calls per campaign and outcome, kept up from the log. `last_position` on each row makes a repeated delivery
 * count once, also when a worker died between the count and its cursor; test calls are left out.
 */
@Injectable()
@Subscribes({ name: 'outcome-metrics', events: [CallEnded, CallCorrected] })
export class OutcomeMetricsSubscriber implements EventSubscriber {
  constructor(private readonly database: DiallingDatabase) {}

  async handle(event: LoggedEvent): Promise<void> {
    const { campaignId, position } = event;
    if (campaignId === null) return;
    await this.database.transaction(async (tx) => {
      for (const { outcome, calls } of await changesOf(tx, event)) {
        await addIfNew(tx, { campaignId, outcome, calls, position });
      }
    });
  }
}

interface Change {
  outcome: CallOutcome;
  calls: 1 | -1;
}

async function changesOf(tx: Tx, event: LoggedEvent): Promise<Change[]> {
  if (event.type === CallEnded.type) {
    const ended = event.payload as { outcome: CallOutcome; isTest: boolean };
    return ended.isTest ? [] : [{ outcome: ended.outcome, calls: 1 }];
  }
  if (event.contactId !== null && (await isTestContact(tx, event.contactId))) return [];
  const corrected = event.payload as { from: CallOutcome; to: CallOutcome };
  return [
    { outcome: corrected.from, calls: -1 },
    { outcome: corrected.to, calls: 1 },
  ];
}

async function addIfNew(tx: Tx, change: Change & { campaignId: string; position: number }): Promise<boolean> {
  const changed = await tx.execute(
    `INSERT INTO outcome_totals AS t (campaign_id, outcome, calls, last_position) VALUES ($1, $2, $3, $4)
     ON CONFLICT (campaign_id, outcome) DO UPDATE SET calls = t.calls + $3, last_position = $4
       WHERE t.last_position < $4`,
    [change.campaignId, change.outcome, change.calls, change.position],
  );
  return changed === 1;
}
