import { Command } from '@nestjs/cqrs';
import type { ImportKind } from '../domain/csv-dialect.js';
import type { ImportView } from '../rows/import.queries.js';

/** Takes in a file of contacts, or of numbers that may never be called; a worker reads it afterwards. */
export class StartImportCommand extends Command<ImportView> {
  constructor(
    readonly file: { name: string | null; content: AsyncIterable<Uint8Array> },
    readonly dryRun: boolean,
    readonly into:
      { kind: 'contacts'; campaignId: string } | { kind: 'suppressions'; defaultRegion: string | null },
  ) {
    super();
  }
}

export type ImportTarget = StartImportCommand['into'] & { kind: ImportKind };
