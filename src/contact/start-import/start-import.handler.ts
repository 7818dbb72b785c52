import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Campaigns } from '../../campaign/contracts/campaigns.js';
import { Clock } from '../../shared/clock/clock.js';
import { ApiDatabase } from '../../shared/db/database.js';
import { DomainError } from '../../shared/errors/domain-error.js';
import { IdGenerator } from '../../shared/ids/id-generator.js';
import { Ticker } from '../../shared/ticking/ticker.js';
import { type CsvDialect, readDialect } from '../domain/csv-dialect.js';
import { EncodingSniffer } from '../domain/file-encoding.js';
import { refuseIfClosed } from '../domain/open-campaign.js';
import { readImportView, type ImportView } from '../rows/import.queries.js';
import { appendChunk, completeUpload, discardUpload, insertUpload } from '../rows/uploads.sql.js';
import { IMPORTS_WORK } from '../run-imports/import.worker.js';
import { inChunks } from './in-chunks.js';
import { MAX_FILE_BYTES, StartImportCommand, tooLarge } from './start-import.command.js';

const CHUNK_BYTES = 256 * 1024;
/** A receiver that dies leaves its upload to be discarded after this long. */
const UPLOAD_MS = 10 * 60_000;

/**
 * The file passes through memory chunk by chunk. Its beginning decides whether it can be read at all, before anything
 * is stored; a refusal later (too large, not the text it seemed to be, connection lost) removes what was stored. Once
 * we answer, the whole file is committed and any worker can go on with it.
 */
@CommandHandler(StartImportCommand)
export class StartImportHandler implements ICommandHandler<StartImportCommand> {
  constructor(
    private readonly database: ApiDatabase,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
    private readonly campaigns: Campaigns,
    private readonly ticker: Ticker,
  ) {}

  async execute(command: StartImportCommand): Promise<ImportView> {
    const defaultRegion = await this.defaultRegionOf(command.into);
    const id = this.ids.next();
    try {
      await this.receive(id, command, defaultRegion);
    } catch (error) {
      await discardUpload(this.database, id);
      throw error;
    }
    this.ticker.wake(IMPORTS_WORK);
    return (await readImportView(this.database, id))!;
  }

  private async receive(
    id: string,
    command: StartImportCommand,
    defaultRegion: string | null,
  ): Promise<void> {
    const sniffer = new EncodingSniffer();
    let dialect: CsvDialect | undefined;
    let fileBytes = 0;
    let ordinal = 0;
    for await (const chunk of inChunks(command.file.content, CHUNK_BYTES)) {
      fileBytes += chunk.length;
      if (fileBytes > MAX_FILE_BYTES) throw tooLarge();
      sniffer.push(chunk);
      if (sniffer.isUnreadable) throw notText();
      if (dialect === undefined) {
        dialect = readHead(chunk, sniffer, command, defaultRegion);
        await this.openUpload(id, command, dialect);
      }
      await appendChunk(this.database, id, ordinal++, chunk);
    }
    if (dialect === undefined) throw new DomainError('unreadable_file', 'The file is empty.');
    sniffer.finish();
    if (sniffer.isUnreadable) throw notText();
    const whole = { id, fileBytes, dialect: { ...dialect, encoding: sniffer.encoding } };
    if (!(await completeUpload(this.database, whole))) {
      throw new DomainError('temporarily_unavailable', 'The upload took too long; try again.');
    }
  }

  private async openUpload(id: string, command: StartImportCommand, dialect: CsvDialect): Promise<void> {
    const at = await this.clock.now();
    await insertUpload(this.database, {
      id,
      campaignId: command.into.kind === 'contacts' ? command.into.campaignId : null,
      kind: command.into.kind,
      dryRun: command.dryRun,
      fileName: command.file.name,
      dialect,
      at,
      leaseUntil: new Date(at.getTime() + UPLOAD_MS),
    });
  }

  private async defaultRegionOf(into: StartImportCommand['into']): Promise<string | null> {
    if (into.kind === 'suppressions') return into.defaultRegion;
    const campaign = await this.database.transaction((tx) => this.campaigns.read(tx, into.campaignId));
    refuseIfClosed(campaign);
    return campaign.defaultRegion;
  }
}

function readHead(
  chunk: Uint8Array,
  sniffer: EncodingSniffer,
  command: StartImportCommand,
  defaultRegion: string | null,
): CsvDialect {
  const { encoding } = sniffer;
  const text = new TextDecoder(encoding).decode(chunk, { stream: true });
  return readDialect({ text, encoding, whole: chunk.length < CHUNK_BYTES }, command.into.kind, defaultRegion);
}

function notText(): DomainError {
  return new DomainError(
    'unreadable_file',
    'The file is not text in UTF-8, UTF-16 or Windows-1252: it holds binary data or damaged characters.',
  );
}
