import { Injectable } from '@nestjs/common';
import type { Tx } from '../../shared/db/tx.js';
import { DomainError } from '../../shared/errors/domain-error.js';
import { appendEvents } from '../../shared/event-log/append-events.js';
import { IdGenerator } from '../../shared/ids/id-generator.js';
import { timezoneOfNumber } from '../../shared/phone/phone-number.js';
import type { Disposition } from '../contracts/contact-state.js';
import {
  Contacts,
  type ContactSettlement,
  type DueContact,
  type LockedContact,
  type ZoneDeferral,
} from '../contracts/contacts.js';
import { ContactClaimed, ContactReleased, ContactSettled } from '../contracts/events.js';
import { maySettle } from '../domain/settlement.js';
import { appendDismissals } from './dismissals.js';
import * as due from './due-contacts.sql.js';
import * as settled from './settled-contacts.sql.js';

/**
 * The contacts of PostgreSQL. A caller that passes a contact it did not lock in this transaction gets an error and
 * loses its transaction: a state is never overwritten from an old read.
 */
@Injectable()
export class ContactRows extends Contacts {
  constructor(private readonly ids: IdGenerator) {
    super();
  }

  override lockDue(
    tx: Tx,
    wanted: { campaignId: string; at: Date; limit: number; from?: Date },
  ): Promise<DueContact[]> {
    return due.lockDueContacts(tx, { ...wanted, from: wanted.from ?? null });
  }

  override async claim(
    tx: Tx,
    claims: { contact: Pick<DueContact, 'id' | 'version'>; attemptId: string; attemptNumber: number }[],
    at: Date,
  ): Promise<void> {
    if (claims.length === 0) return;
    const rows = await due.claimContactsIfCurrent(
      tx,
      {
        ids: claims.map((claim) => claim.contact.id),
        versions: claims.map((claim) => claim.contact.version),
        attemptNumbers: claims.map((claim) => claim.attemptNumber),
      },
      at,
    );
    if (rows.length !== claims.length) {
      throw new Error(
        `${claims.length - rows.length} of ${claims.length} contacts changed under their claim`,
      );
    }
    const claimed = new Map(rows.map((row) => [row.id, row]));
    await appendEvents(
      tx,
      claims.map(({ contact, attemptId, attemptNumber }) => {
        const { campaignId, version } = claimed.get(contact.id)!;
        return ContactClaimed.of(
          { entityId: contact.id, version, at, campaignId, attemptId },
          { attemptNumber },
        );
      }),
    );
  }

  override async defer(
    tx: Tx,
    deferrals: { contactId: string; until: Date; windowClosed: boolean }[],
  ): Promise<void> {
    if (deferrals.length === 0) return;
    await due.deferContactsIfOpen(tx, {
      ids: deferrals.map((deferral) => deferral.contactId),
      untils: deferrals.map((deferral) => deferral.until),
      windowClosed: deferrals.map((deferral) => deferral.windowClosed),
    });
  }

  override deferZone(tx: Tx, deferral: ZoneDeferral): Promise<number> {
    return due.deferDueContactsOfZone(tx, deferral);
  }

  override recallDeferred(
    tx: Tx,
    campaignId: string,
    walk: { after: string | null; limit: number },
  ): Promise<{ recalled: number; last: string | null }> {
    return due.recallDeferredContacts(tx, campaignId, walk);
  }

  override async dismiss(
    tx: Tx,
    dismissals: { contactId: string; disposition: Disposition }[],
    at: Date,
  ): Promise<void> {
    if (dismissals.length === 0) return;
    const rows = await settled.dismissContactsIfOpen(tx, {
      ids: dismissals.map((dismissal) => dismissal.contactId),
      dispositions: dismissals.map((dismissal) => dismissal.disposition),
    });
    await appendDismissals(tx, rows, at);
  }

  override async dismissAllOpen(
    tx: Tx,
    dismissal: { campaignId: string; disposition: Disposition; at: Date; limit: number },
  ): Promise<number> {
    const rows = await settled.dismissOpenContactsOfCampaign(tx, dismissal);
    await appendDismissals(tx, rows, dismissal.at);
    return rows.length;
  }

  override async lock(tx: Tx, contactId: string): Promise<LockedContact> {
    const contact = await settled.lockContactForUpdate(tx, contactId);
    if (!contact) throw new DomainError('contact_not_found');
    return contact;
  }

  override async lockAll(tx: Tx, contactIds: string[]): Promise<void> {
    if (contactIds.length > 0) await settled.lockContactsForUpdate(tx, contactIds);
  }

  override lockNamesakes(tx: Tx, phoneNumbers: string[]): Promise<void> {
    return settled.lockContactsWithNumbers(tx, phoneNumbers);
  }

  override async releaseClaimed(
    tx: Tx,
    contact: LockedContact,
    release: { nextAttemptAt: Date; attemptId: string | null; reason: string; at: Date },
  ): Promise<void> {
    if (contact.state !== 'in_progress') return;
    const row = await settled.releaseContactIfClaimed(tx, contact, release.nextAttemptAt);
    if (!row) throw new Error(`contact ${contact.id} changed under its release`);
    await appendEvents(tx, [
      ContactReleased.of(
        {
          entityId: contact.id,
          version: row.version,
          at: release.at,
          campaignId: contact.campaignId,
          attemptId: release.attemptId,
        },
        { state: row.state, reason: release.reason, nextAttemptAt: release.nextAttemptAt },
      ),
    ]);
  }

  override async settle(tx: Tx, contact: LockedContact, settlement: ContactSettlement): Promise<boolean> {
    if (!maySettle(contact, settlement.state)) return false;
    const row = await settled.settleContactIfCurrent(tx, contact, settlement);
    if (!row) throw new Error(`contact ${contact.id} changed under its settlement`);
    const { state, disposition, nextAttemptAt, attemptId, at } = settlement;
    await appendEvents(tx, [
      ContactSettled.of(
        { entityId: contact.id, version: row.version, at, campaignId: contact.campaignId, attemptId },
        { from: contact.state, state, disposition, nextAttemptAt },
      ),
    ]);
    return true;
  }

  override async addTestContact(
    tx: Tx,
    contact: { campaignId: string; phoneNumber: string; at: Date },
  ): Promise<DueContact> {
    const id = this.ids.next();
    const numberTimezone = timezoneOfNumber(contact.phoneNumber);
    await tx.execute(
      `INSERT INTO contacts (id, campaign_id, phone_number, number_timezone, next_attempt_at, is_test, created_at)
       VALUES ($1, $2, $3, $4, $5, true, $5)`,
      [id, contact.campaignId, contact.phoneNumber, numberTimezone, contact.at],
    );
    return {
      id,
      campaignId: contact.campaignId,
      phoneNumber: contact.phoneNumber,
      state: 'pending',
      attemptsCount: 0,
      nextAttemptAt: contact.at,
      timezone: null,
      numberTimezone,
      version: 0,
    };
  }
}
