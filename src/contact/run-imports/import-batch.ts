import type { Tx } from '../../shared/db/tx.js';
import type { FileRecord, LineProblem } from '../domain/import-record.js';
import type { PhoneNumberSet } from '../domain/phone-number-set.js';
import type { LeasedImport } from '../rows/imports.sql.js';

/** A readable line of a file. */
export interface Line<D> {
  line: number;
  draft: D;
}

/** What became of the readable lines of a batch; one problem per line that was rejected after all. */
export interface BatchResult {
  accepted: number;
  duplicates: number;
  problems: LineProblem[];
  /** Contacts in a call to a number that may not be called any more; hung up after the COMMIT. */
  toHangUp: string[];
}

/** How the records of one kind of file are read and stored. */
export interface ImportBatch<D extends { phoneNumber: string }> {
  /** Records per transaction. */
  readonly size: number;
  /** What one record says, without a look at the database; null with its problems when it cannot be stored. */
  read(record: FileRecord, work: LeasedImport): { draft: D | null; problems: LineProblem[] };
  /** Throws `campaign_closed` when the import cannot go on. A dry run only tells what it would do. */
  store(tx: Tx, work: LeasedImport, lines: Line<D>[], seen: PhoneNumberSet): Promise<BatchResult>;
}

export function numbersOf(lines: Line<{ phoneNumber: string }>[]): string[] {
  return lines.map(({ draft }) => draft.phoneNumber);
}

/** In a file the first line with a number counts, later ones are duplicates. */
export function firstOfEachNumber<D extends { phoneNumber: string }>(lines: Line<D>[]): Line<D>[] {
  const byNumber = new Map<string, Line<D>>();
  for (const line of lines)
    if (!byNumber.has(line.draft.phoneNumber)) byNumber.set(line.draft.phoneNumber, line);
  return [...byNumber.values()];
}
