import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Campaigns } from '../../campaign/contracts/campaigns.js';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import type { Tx } from '../../shared/db/tx.js';
import { DomainError, type FieldProblem, refuseIfAny } from '../../shared/errors/domain-error.js';
import { IdGenerator } from '../../shared/ids/id-generator.js';
import { Suppressions } from '../contracts/suppressions.js';
import { type ContactDraft, readContact } from '../domain/contact-input.js';
import { refuseIfClosed } from '../domain/open-campaign.js';
import { contactViewsOfNumbers, type ContactView } from '../rows/contact.queries.js';
import { insertContactsUnlessPresent, numbersInCampaign } from '../rows/new-contacts.sql.js';
import { AddContactsCommand } from './add-contacts.command.js';

/**
 * The campaign cannot be completed before our COMMIT (FOR SHARE), so nobody is added to a closed one. Two requests
 * with the same number: the unique index lets one in, the other is refused as a whole.
 */
@CommandHandler(AddContactsCommand)
export class AddContactsHandler implements ICommandHandler<AddContactsCommand> {
  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
    private readonly campaigns: Campaigns,
    private readonly suppressions: Suppressions,
  ) {}

  execute({ campaignId, contacts, found }: AddContactsCommand): Promise<ContactView[]> {
    return this.database.transaction(async (tx) => {
      const campaign = await this.campaigns.holdForShare(tx, campaignId);
      refuseIfClosed(campaign);
      const read = contacts.map((contact, index) =>
        contact === null ? UNREAD : prefixed(readContact(contact, campaign.defaultRegion), index),
      );
      const drafts = read.map(({ contact }) => contact);
      const malformed = [...found, ...read.flatMap(({ problems }) => problems), ...repeated(drafts)];
      const present = await this.presentOrSuppressed(tx, campaignId, drafts);
      const taken = [...present.duplicates, ...present.suppressed];
      refuseIfAny('validation_failed', malformed.length > 0 ? [...malformed, ...taken] : []);
      refuseIfAny(present.duplicates.length > 0 ? 'duplicate_contacts' : 'suppressed_numbers', taken);
      return this.insert(tx, campaignId, drafts as ContactDraft[]);
    });
  }

  private async presentOrSuppressed(
    tx: Tx,
    campaignId: string,
    drafts: (ContactDraft | null)[],
  ): Promise<{ duplicates: FieldProblem[]; suppressed: FieldProblem[] }> {
    const numbers = drafts.flatMap((draft) => draft?.phoneNumber ?? []);
    const present = await numbersInCampaign(tx, campaignId, numbers);
    const suppressed = await this.suppressions.among(tx, numbers);
    return {
      duplicates: problemsWhere(drafts, present, 'duplicate', 'is in the campaign already'),
      suppressed: problemsWhere(drafts, suppressed, 'suppressed', 'is on the do-not-call list'),
    };
  }

  private async insert(tx: Tx, campaignId: string, drafts: ContactDraft[]): Promise<ContactView[]> {
    const inserted = await insertContactsUnlessPresent(
      tx,
      drafts.map((draft) => ({ id: this.ids.next(), draft })),
      { campaignId, importId: null, at: await this.clock.now(tx) },
    );
    if (inserted.size < drafts.length) {
      const taken = new Set(
        drafts.map((draft) => draft.phoneNumber).filter((number) => !inserted.has(number)),
      );
      throw new DomainError('duplicate_contacts', undefined, {
        problems: problemsWhere(drafts, taken, 'duplicate', 'is in the campaign already'),
      });
    }
    const position = new Map(drafts.map((draft, index) => [draft.phoneNumber, index]));
    const views = await contactViewsOfNumbers(tx, campaignId, [...inserted]);
    return views.toSorted((a, b) => position.get(a.phoneNumber)! - position.get(b.phoneNumber)!);
  }
}

const UNREAD: ReturnType<typeof readContact> = { contact: null, problems: [] };

function prefixed(read: ReturnType<typeof readContact>, index: number): ReturnType<typeof readContact> {
  const problems = read.problems.map((problem) => ({
    ...problem,
    field: `contacts[${index}].${problem.field}`,
  }));
  return { contact: read.contact, problems };
}

/** Every appearance of a number after its first in the same request. */
function repeated(drafts: (ContactDraft | null)[]): FieldProblem[] {
  const first = new Map<string, number>();
  return drafts.flatMap((draft, index) => {
    if (draft === null) return [];
    const before = first.get(draft.phoneNumber);
    if (before === undefined) {
      first.set(draft.phoneNumber, index);
      return [];
    }
    return [phoneProblem(index, 'duplicate', `is the number of contacts[${before}] too`)];
  });
}

function problemsWhere(
  drafts: (ContactDraft | null)[],
  numbers: Set<string>,
  code: string,
  message: string,
): FieldProblem[] {
  return drafts.flatMap((draft, index) =>
    draft !== null && numbers.has(draft.phoneNumber) ? [phoneProblem(index, code, message)] : [],
  );
}

function phoneProblem(index: number, code: string, message: string): FieldProblem {
  return { field: `contacts[${index}].phoneNumber`, code, message: `phoneNumber ${message}` };
}
