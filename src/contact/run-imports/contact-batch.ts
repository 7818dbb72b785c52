import { Injectable } from '@nestjs/common';
import { Campaigns } from '../../campaign/contracts/campaigns.js';
import { Clock } from '../../shared/clock/clock.js';
import type { Tx } from '../../shared/db/tx.js';
import { IdGenerator } from '../../shared/ids/id-generator.js';
import { Suppressions } from '../contracts/suppressions.js';
import { type ContactDraft, readContact } from '../domain/contact-input.js';
import { contactOf, type FileRecord, type LineProblem, shapeProblem } from '../domain/import-record.js';
import { refuseIfClosed } from '../domain/open-campaign.js';
import type { PhoneNumberSet } from '../domain/phone-number-set.js';
import type { LeasedImport } from '../rows/imports.sql.js';
import { insertContactsUnlessPresent, numbersInCampaign } from '../rows/new-contacts.sql.js';
import {
  type BatchResult,
  firstOfEachNumber,
  type ImportBatch,
  type Line,
  numbersOf,
} from './import-batch.js';

@Injectable()
export class ContactBatch implements ImportBatch<ContactDraft> {
  readonly size = 1_000;

  constructor(
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
    private readonly campaigns: Campaigns,
    private readonly suppressions: Suppressions,
  ) {}

  read(record: FileRecord, work: LeasedImport): { draft: ContactDraft | null; problems: LineProblem[] } {
    const { columns, defaultRegion } = work.dialect;
    const shape = shapeProblem(record, columns);
    if (shape) return { draft: null, problems: [shape] };
    const { contact, problems } = readContact(contactOf(record, columns), defaultRegion);
    return { draft: contact, problems: problems.map((problem) => ({ line: record.line, ...problem })) };
  }

  /** The campaign is held FOR SHARE: it cannot be completed between the look at its status and the COMMIT. */
  async store(
    tx: Tx,
    work: LeasedImport,
    lines: Line<ContactDraft>[],
    seen: PhoneNumberSet,
  ): Promise<BatchResult> {
    const campaignId = work.campaignId!;
    refuseIfClosed(
      work.dryRun
        ? await this.campaigns.read(tx, campaignId)
        : await this.campaigns.holdForShare(tx, campaignId),
    );
    const suppressed = await this.suppressions.among(tx, numbersOf(lines));
    const callable = lines.filter(({ draft }) => !suppressed.has(draft.phoneNumber));
    const accepted = work.dryRun
      ? await this.countNew(tx, campaignId, callable, seen)
      : await this.insert(tx, work, callable);
    return {
      accepted,
      duplicates: callable.length - accepted,
      problems: lines
        .filter(({ draft }) => suppressed.has(draft.phoneNumber))
        .map(({ line }) => ({
          line,
          field: 'phoneNumber',
          code: 'suppressed',
          message: 'phoneNumber is on the do-not-call list',
        })),
      toHangUp: [],
    };
  }

  private async insert(tx: Tx, work: LeasedImport, lines: Line<ContactDraft>[]): Promise<number> {
    const contacts = firstOfEachNumber(lines).map(({ draft }) => ({ id: this.ids.next(), draft }));
    const into = { campaignId: work.campaignId!, importId: work.id, at: await this.clock.now(tx) };
    return (await insertContactsUnlessPresent(tx, contacts, into)).size;
  }

  private async countNew(
    tx: Tx,
    campaignId: string,
    lines: Line<ContactDraft>[],
    seen: PhoneNumberSet,
  ): Promise<number> {
    const present = await numbersInCampaign(tx, campaignId, numbersOf(lines));
    return lines.filter(({ draft }) => !present.has(draft.phoneNumber) && seen.add(draft.phoneNumber)).length;
  }
}
