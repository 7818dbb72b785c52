import { Injectable } from '@nestjs/common';
import type { Disposition } from '../../contact/contracts/contact-state.js';
import { Contacts, type DueContact } from '../../contact/contracts/contacts.js';
import type { Tx } from '../../shared/db/tx.js';
import type { Contactability, ContactabilityRefusal } from '../contracts/contactability.js';
import type { ClaimableCampaign } from '../scheduling.queries.js';

/**
 * Contacts moved on by one tick, all campaigns and zones together: about half a second of its transaction on a slow day.
 * Without a bound the claim of an evening, when zone after zone shuts, would run into its own time limit for ever.
 */
export const DEFERRALS_PER_TICK = 1_000;
/** A contact whose number is in another call is looked at again after this. */
export const NUMBER_IN_CALL_MS = 15_000;
/** A refusal that names no later instant is looked at again after this, never in the same tick. */
const RETRY_DECISION_MS = 5_000;
/** A window that never opens may be mended by an edit, which recalls everybody; until then once a day is enough. */
const NEVER_OPEN_MS = 86_400_000;

/** What is left of a tick's deferrals; counted down. */
export interface DeferralBudget {
  left: number;
}

export interface Refused {
  contact: DueContact;
  zone: string | null;
  answer: Exclude<Contactability, { permitted: true }>;
}

/** Moves due contacts that may not be rung now out of the way of the next claim. */
@Injectable()
export class RefusedContacts {
  constructor(private readonly contacts: Contacts) {}

  async moveOn(
    tx: Tx,
    campaign: ClaimableCampaign,
    refused: Refused[],
    { at, deferrals }: { at: Date; deferrals: DeferralBudget },
  ): Promise<void> {
    const final = refused.filter(({ answer }) => answer.final);
    await this.contacts.dismiss(
      tx,
      final.map(({ contact, answer }) => ({
        contactId: contact.id,
        disposition: dispositionOf(answer.reason),
      })),
      at,
    );
    const waiting = refused.filter(({ answer }) => !answer.final);
    await this.contacts.defer(
      tx,
      waiting.map(({ contact, answer }) => ({
        contactId: contact.id,
        until: answer.nextPermittedAt ?? new Date(at.getTime() + pauseAfter(answer.reason)),
        windowClosed: isShut(answer.reason),
      })),
    );
    deferrals.left -= waiting.length;
    // Whoever else is due in a zone whose window is shut is moved with the first one found there.
    const shut = new Map(
      waiting
        .filter(
          ({ zone, answer }) => zone !== null && answer.nextPermittedAt !== null && isShut(answer.reason),
        )
        .map(({ zone, answer }) => [zone!, answer.nextPermittedAt!]),
    );
    for (const [timezone, until] of [...shut].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (deferrals.left <= 0) return;
      const { id: campaignId, defaultTimezone } = campaign;
      const zone = { campaignId, timezone, defaultTimezone, at, until, limit: deferrals.left };
      deferrals.left -= await this.contacts.deferZone(tx, zone);
    }
  }
}

function isShut(reason: ContactabilityRefusal): boolean {
  return reason === 'outside_calling_window' || reason === 'outside_legal_hours';
}

function pauseAfter(reason: ContactabilityRefusal): number {
  if (isShut(reason)) return NEVER_OPEN_MS;
  return reason === 'number_in_call' ? NUMBER_IN_CALL_MS : RETRY_DECISION_MS;
}

function dispositionOf(reason: ContactabilityRefusal): Disposition {
  if (reason === 'suppressed' || reason === 'unknown_timezone') return reason;
  return reason === 'attempts_exhausted' ? 'exhausted' : 'campaign_over';
}
