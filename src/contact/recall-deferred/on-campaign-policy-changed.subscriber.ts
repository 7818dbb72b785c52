import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { CampaignPolicyChanged } from '../../campaign/contracts/events.js';
import { DiallingDatabase } from '../../shared/db/database.js';
import type { LoggedEvent } from '../../shared/event-log/domain-event.js';
import { type EventSubscriber, Subscribes } from '../../shared/event-log/subscribes.js';
import { Contacts } from '../contracts/contacts.js';

/** A transaction of this size lasts some tens of milliseconds; a million of them would hold everything up for minutes. */
const BATCH = 2_000;

/**
 * Contacts that wait for the opening of the old window are due again when the window has changed; the next claim judges
 * them by the new one. In small transactions, after the change: a repetition finds nobody left.
 */
@Injectable()
@Subscribes({ name: 'recall-deferred', events: [CampaignPolicyChanged] })
export class OnCampaignPolicyChanged implements EventSubscriber {
  constructor(
    private readonly database: DiallingDatabase,
    private readonly contacts: Contacts,
  ) {}

  async handle({ campaignId, payload }: LoggedEvent): Promise<void> {
    const { before, after } = payload as Record<'before' | 'after', { callingWindow?: unknown }>;
    if (campaignId === null || isDeepStrictEqual(before.callingWindow, after.callingWindow)) return;
    for (let after: string | null = null; ;) {
      const walk: { after: string | null; limit: number } = { after, limit: BATCH };
      const step = await this.database.transaction((tx) =>
        this.contacts.recallDeferred(tx, campaignId, walk),
      );
      if (step.last === null) return;
      after = step.last;
    }
  }
}
