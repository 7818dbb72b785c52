import { Injectable } from '@nestjs/common';
import { Contacts, type DueContact } from '../../contact/contracts/contacts.js';
import { Suppressions } from '../../contact/contracts/suppressions.js';
import type { Tx } from '../../shared/db/tx.js';
import { Environment } from '../../shared/environment/environment.js';
import { IdGenerator } from '../../shared/ids/id-generator.js';
import { CarrierIdentity } from '../../telephony/contracts/call-attempt.js';
import { CallAttempts } from '../../telephony/contracts/call-attempts.js';
import { decideContactability } from '../domain/contactability.js';
import { DueWatermarks } from '../domain/due-watermarks.js';
import { legalHours } from '../legal-hours.js';
import { type ClaimableCampaign, numbersInCall, offeredAttempts } from '../scheduling.queries.js';
import { type DeferralBudget, NUMBER_IN_CALL_MS, type Refused, RefusedContacts } from './refused-contacts.js';

/** Due contacts looked at in one go, and how often in one tick: a bound on the transaction's length. */
const LEAST_BATCH = 100;
const PASSES = 3;

/** What a campaign may claim, and what was counted when that was decided. */
export interface ClaimNow {
  at: Date;
  room: number;
  live: number;
  globalLive: number;
  globalLimit: number;
  deferrals: DeferralBudget;
}

/** The claim of one campaign, inside the tick's transaction. */
@Injectable()
export class CampaignClaim {
  /** In memory only: a mark that is lost costs one full sweep, one that is wrong lasts until the next. */
  private readonly watermarks = new DueWatermarks();

  constructor(
    private readonly contacts: Contacts,
    private readonly suppressions: Suppressions,
    private readonly attempts: CallAttempts,
    private readonly ids: IdGenerator,
    private readonly identity: CarrierIdentity,
    private readonly environment: Environment,
    private readonly refusedContacts: RefusedContacts,
  ) {}

  /** Opens at most `room` attempts for due contacts that may be rung now; moves on whoever may not. */
  async claim(tx: Tx, campaign: ClaimableCampaign, now: ClaimNow): Promise<string[]> {
    const opened: string[] = [];
    for (let pass = 0; pass < PASSES && opened.length < now.room; pass++) {
      // With the budget spent nobody is sought behind contacts whose window is shut; the next tick goes on.
      const least = now.deferrals.left > 0 ? LEAST_BATCH : 0;
      const limit = Math.max(least, now.room - opened.length);
      if (pass > 0 && now.deferrals.left <= 0) break;
      const from = this.watermarks.lowerBound(campaign.id, now.at);
      const due = await this.contacts.lockDue(tx, { campaignId: campaign.id, at: now.at, limit, from });
      if (due.length === 0) break;
      const permitted = await this.sift(tx, campaign, due, now);
      const chosen = permitted.slice(0, now.room - opened.length);
      // Whoever may be rung and was not chosen is still due: the next scan must not begin behind them.
      const handledUpTo = (permitted[chosen.length] ?? due.at(-1)!).nextAttemptAt;
      this.watermarks.scanned(campaign.id, { handledUpTo, full: from === undefined, at: now.at });
      opened.push(
        ...(await this.open(tx, campaign, chosen, {
          at: now.at,
          live: now.live + opened.length,
          globalLive: now.globalLive + opened.length,
          globalLimit: now.globalLimit,
        })),
      );
      if (permitted.length > chosen.length || due.length < limit) break;
    }
    return opened;
  }

  /** Those who may be rung now, one per number; all others are moved out of the way of the next claim. */
  private async sift(
    tx: Tx,
    campaign: ClaimableCampaign,
    due: DueContact[],
    { at, deferrals }: Pick<ClaimNow, 'at' | 'deferrals'>,
  ): Promise<DueContact[]> {
    const numbers = due.map(({ phoneNumber }) => phoneNumber);
    const suppressed = await this.suppressions.among(tx, numbers);
    const inCall = await numbersInCall(tx, numbers);
    const offered = await offeredAttempts(
      tx,
      due.map(({ id }) => id),
    );
    const permitted: DueContact[] = [];
    const refused: Refused[] = [];
    for (const contact of due) {
      const zone = contact.timezone ?? contact.numberTimezone ?? campaign.defaultTimezone;
      const answer = decideContactability({
        at,
        campaign: {
          ...campaign,
          callingWindow: campaign.policy.callingWindow,
          maxAttempts: campaign.policy.maxAttempts,
        },
        carrier: this.identity.carrier,
        legalHours: legalHours(this.environment),
        diallingStopped: false,
        circuitOpen: false,
        contact: {
          zone,
          suppressed: suppressed.has(contact.phoneNumber),
          attemptsOffered: offered.get(contact.id) ?? 0,
          numberInCall: inCall.has(contact.phoneNumber),
          isTest: false,
          settled: false,
          dueAt: null,
        },
      });
      if (answer.permitted) permitted.push(contact);
      else refused.push({ contact, zone, answer });
    }
    await this.refusedContacts.moveOn(tx, campaign, refused, { at, deferrals });
    return permitted;
  }

  private async open(
    tx: Tx,
    campaign: ClaimableCampaign,
    chosen: DueContact[],
    now: Pick<ClaimNow, 'at' | 'live' | 'globalLive' | 'globalLimit'>,
  ): Promise<string[]> {
    const planned = chosen.map((contact) => ({
      contact,
      attemptId: this.ids.next(),
      attemptNumber: contact.attemptsCount + 1,
    }));
    const opened = await this.attempts.open(
      tx,
      planned.map(({ contact, attemptId, attemptNumber }) => ({
        id: attemptId,
        contactId: contact.id,
        campaignId: campaign.id,
        attemptNumber,
        phoneNumber: contact.phoneNumber,
        carrier: this.identity.carrier,
        isTest: false,
      })),
      { ...now, by: this.environment.WORKER_NAME, limit: campaign.policy.maxConcurrentCalls },
    );
    const claimed = planned.filter(({ attemptId }) => opened.has(attemptId));
    await this.contacts.claim(tx, claimed, now.at);
    const skipped = planned.filter(({ attemptId }) => !opened.has(attemptId));
    const until = new Date(now.at.getTime() + NUMBER_IN_CALL_MS);
    await this.contacts.defer(
      tx,
      skipped.map(({ contact }) => ({ contactId: contact.id, until, windowClosed: false })),
    );
    return claimed.map(({ attemptId }) => attemptId);
  }
}
