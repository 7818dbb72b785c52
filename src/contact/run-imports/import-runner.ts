import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import { DomainError } from '../../shared/errors/domain-error.js';
import { appendEvents } from '../../shared/event-log/append-events.js';
import { IdGenerator } from '../../shared/ids/id-generator.js';
import { HangUpCallsCommand } from '../../telephony/contracts/commands.js';
import { ContactsImported, ImportFailed } from '../contracts/events.js';
import type { FileRecord, LineProblem } from '../domain/import-record.js';
import { PhoneNumberSet } from '../domain/phone-number-set.js';
import * as imports from '../rows/imports.sql.js';
import { discardAbandonedUploads } from '../rows/uploads.sql.js';
import { ContactBatch } from './contact-batch.js';
import { DamagedFile, fileRecords } from './file-records.js';
import type { ImportBatch, Line } from './import-batch.js';
import { SuppressionBatch } from './suppression-batch.js';

/** Longer than any batch takes; a worker that died holds an import up for this long at most. */
const LEASE_MS = 30_000;
/** Records read between two turns of the event loop: about a millisecond, so that calls in progress do not wait. */
const RECORDS_PER_TURN = 50;

class LeaseLost extends Error {}

/**
 * Reads imports batch by batch. What a batch stores, its counts and its line problems are one transaction, fenced by
 * the lease and by the number of records before it; so after a crash, or beside a worker that wakes up late, each
 * record counts exactly once. Whoever goes on reads the file again and passes over the records that are counted.
 */
@Injectable()
export class ImportRunner {
  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
    private readonly contacts: ContactBatch,
    private readonly suppressions: SuppressionBatch,
    private readonly commands: CommandBus,
  ) {}

  /** Works on one import until its end; false when there is none. `stop` ends it between two batches. */
  async runNext(stop: AbortSignal): Promise<boolean> {
    const at = await this.clock.now();
    await discardAbandonedUploads(this.database, at);
    const lease = { token: this.ids.next(), at, until: new Date(at.getTime() + LEASE_MS) };
    const work = await imports.leaseNextImport(this.database, lease);
    if (!work) return false;
    try {
      const finished =
        work.kind === 'contacts'
          ? await this.run(work, this.contacts, stop)
          : await this.run(work, this.suppressions, stop);
      if (finished) await this.end(work, null);
      else await imports.giveBackLease(this.database, work);
    } catch (error) {
      const reason = reasonOf(error);
      if (reason === undefined) throw error;
      if (reason !== null) await this.end(work, reason);
    }
    return true;
  }

  private async run<D extends { phoneNumber: string }>(
    work: imports.LeasedImport,
    batch: ImportBatch<D>,
    stop: AbortSignal,
  ): Promise<boolean> {
    const seen = new PhoneNumberSet();
    let toPass = work.total;
    let records: FileRecord[] = [];
    for await (const record of fileRecords(this.chunks(work.id), work.dialect)) {
      if (toPass > 0) {
        toPass--;
        continue;
      }
      records.push(record);
      if (records.length < batch.size) continue;
      await this.store(work, batch, records, seen);
      records = [];
      if (stop.aborted) return false;
    }
    if (records.length > 0) await this.store(work, batch, records, seen);
    return true;
  }

  private async store<D extends { phoneNumber: string }>(
    work: imports.LeasedImport,
    batch: ImportBatch<D>,
    records: FileRecord[],
    seen: PhoneNumberSet,
  ): Promise<void> {
    const lines: Line<D>[] = [];
    const found: LineProblem[] = [];
    for (const [index, record] of records.entries()) {
      if (index % RECORDS_PER_TURN === 0) await eventLoopTurn();
      const { draft, problems } = batch.read(record, work);
      if (draft) lines.push({ line: record.line, draft });
      found.push(...problems);
    }
    const unreadable = records.length - lines.length;
    const toHangUp = await this.database.transaction(async (tx) => {
      const { accepted, duplicates, problems, toHangUp } = await batch.store(tx, work, lines, seen);
      const counts = { accepted, duplicates, rejected: unreadable + problems.length };
      const until = new Date((await this.clock.now(tx)).getTime() + LEASE_MS);
      if (!(await imports.advanceImportIfLeased(tx, work, counts, until))) throw new LeaseLost();
      await imports.recordLineProblems(
        tx,
        work.id,
        [...found, ...problems].toSorted((a, b) => a.line - b.line),
      );
      return toHangUp;
    });
    work.total += records.length;
    for (const contactId of toHangUp) await this.commands.execute(new HangUpCallsCommand({ contactId }));
  }

  /** `failure` null: the whole file was read. */
  private async end(work: imports.LeasedImport, failure: string | null): Promise<void> {
    await this.database.transaction(async (tx) => {
      const at = await this.clock.now(tx);
      const status = failure === null ? 'completed' : 'failed';
      const ended = await imports.endImportIfLeased(tx, work, { status, failure, at });
      if (!ended) return;
      const { version, accepted, rejected, duplicates } = ended;
      const source = { entityId: work.id, version, at, campaignId: work.campaignId };
      const result = { accepted, rejected, duplicates, kind: work.kind, dryRun: work.dryRun };
      await appendEvents(tx, [
        failure === null
          ? ContactsImported.of(source, result)
          : ImportFailed.of(source, { ...result, reason: failure }),
      ]);
    });
  }

  private async *chunks(importId: string): AsyncGenerator<Uint8Array> {
    for (let ordinal = 0; ; ordinal++) {
      const bytes = await imports.readChunk(this.database, importId, ordinal);
      if (bytes === undefined) return;
      yield bytes;
    }
  }
}

/** Why an import cannot go on; null: it is another worker's now; undefined: a fault of the moment, tried again. */
function reasonOf(error: unknown): string | null | undefined {
  if (error instanceof LeaseLost) return null;
  if (error instanceof DamagedFile) return error.message;
  if (error instanceof DomainError && error.code === 'campaign_closed') {
    return 'The campaign was completed while its contacts were being imported.';
  }
  return undefined;
}
