import { Injectable } from '@nestjs/common';
import { Clock } from '../../shared/clock/clock.js';
import { holdDialGate } from '../../shared/db/locks.js';
import type { Tx } from '../../shared/db/tx.js';
import { parsePhoneNumber } from '../../shared/phone/phone-number.js';
import { type FileRecord, type LineProblem, shapeProblem, suppressionOf } from '../domain/import-record.js';
import type { PhoneNumberSet } from '../domain/phone-number-set.js';
import type { LeasedImport } from '../rows/imports.sql.js';
import { SuppressionRows } from '../rows/suppression-rows.js';
import {
  type BatchResult,
  firstOfEachNumber,
  type ImportBatch,
  type Line,
  numbersOf,
} from './import-batch.js';

interface SuppressionDraft {
  phoneNumber: string;
  reason: string | null;
}

@Injectable()
export class SuppressionBatch implements ImportBatch<SuppressionDraft> {
  /** Nobody is dialled while a batch holds the dial gate, so it is short. */
  readonly size = 200;

  constructor(
    private readonly clock: Clock,
    private readonly suppressions: SuppressionRows,
  ) {}

  read(record: FileRecord, work: LeasedImport): { draft: SuppressionDraft | null; problems: LineProblem[] } {
    const { columns, defaultRegion } = work.dialect;
    const shape = shapeProblem(record, columns);
    if (shape) return { draft: null, problems: [shape] };
    const { phoneNumber, reason } = suppressionOf(record, columns);
    const number = parsePhoneNumber(phoneNumber, defaultRegion);
    if (number.ok) return { draft: { phoneNumber: number.e164, reason }, problems: [] };
    const { code, message } = number;
    return {
      draft: null,
      problems: [{ line: record.line, field: 'phoneNumber', code, message: `phoneNumber ${message}` }],
    };
  }

  async store(
    tx: Tx,
    work: LeasedImport,
    lines: Line<SuppressionDraft>[],
    seen: PhoneNumberSet,
  ): Promise<BatchResult> {
    const { accepted, inCall } = work.dryRun
      ? { accepted: await this.countNew(tx, lines, seen), inCall: [] }
      : await this.add(tx, lines);
    return { accepted, duplicates: lines.length - accepted, problems: [], toHangUp: inCall };
  }

  private async add(
    tx: Tx,
    lines: Line<SuppressionDraft>[],
  ): Promise<{ accepted: number; inCall: string[] }> {
    await holdDialGate(tx);
    const at = await this.clock.now(tx);
    const { added, inCall } = await this.suppressions.addAll(
      tx,
      firstOfEachNumber(lines).map(({ draft }) => ({
        phoneNumber: draft.phoneNumber,
        reason: draft.reason ?? 'import',
        source: 'import',
        campaignId: null,
        contactId: null,
        at,
      })),
    );
    return { accepted: added.size, inCall };
  }

  private async countNew(tx: Tx, lines: Line<SuppressionDraft>[], seen: PhoneNumberSet): Promise<number> {
    const present = await this.suppressions.enteredAmong(tx, numbersOf(lines));
    return lines.filter(({ draft }) => !present.has(draft.phoneNumber) && seen.add(draft.phoneNumber)).length;
  }
}
