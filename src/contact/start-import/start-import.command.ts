import { Command } from '@nestjs/cqrs';
import { DomainError } from '../../shared/errors/domain-error.js';
import type { ImportKind } from '../domain/csv-dialect.js';
import type { ImportView } from '../rows/import.queries.js';

export const MAX_FILE_BYTES = 64 * 1024 * 1024;

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

export function tooLarge(): DomainError {
  return new DomainError('body_too_large', 'A file may have at most 64 MB.');
}
