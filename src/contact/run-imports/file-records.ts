import { pipeline, Readable } from 'node:stream';
import { CsvError, type InfoRecord, parse } from 'csv-parse';
import { csvOptions, type CsvDialect } from '../domain/csv-dialect.js';
import type { FileRecord } from '../domain/import-record.js';

/** The file itself is damaged: no retry helps, the import fails with this message. */
export class DamagedFile extends Error {}

/**
 * The records of a file behind its header, in order. The same bytes give the same records, so an import that goes on
 * after a crash can count its way to where it was. Memory: one chunk and what the parser makes of it.
 */
export async function* fileRecords(
  chunks: AsyncIterable<Uint8Array>,
  dialect: CsvDialect,
): AsyncGenerator<FileRecord, void, void> {
  const parser = parse(csvOptions(dialect));
  // Errors of the source reach the loop below through the parser.
  pipeline(Readable.from(withLineFeeds(decoded(chunks, dialect))), parser, () => undefined);
  let header = true;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: InfoRecord }>) {
      if (header) header = false;
      else yield { line: info.lines - lineFeedsIn(record), cells: record };
    }
  } catch (error) {
    throw error instanceof CsvError ? damageOf(error) : error;
  }
}

async function* decoded(chunks: AsyncIterable<Uint8Array>, dialect: CsvDialect): AsyncGenerator<string> {
  const decoder = new TextDecoder(dialect.encoding, { fatal: true });
  try {
    for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new DamagedFile(`The file holds characters that are not ${dialect.encoding.toUpperCase()}.`);
  }
}

/** Three kinds of line ends become one, also where CR and LF fall into different pieces. */
async function* withLineFeeds(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let held = '';
  for await (const piece of pieces) {
    const text = held + piece;
    held = text.endsWith('\r') ? '\r' : '';
    const normal = (held === '' ? text : text.slice(0, -1)).replace(/\r\n?/g, '\n');
    if (normal !== '') yield normal;
  }
  if (held !== '') yield '\n';
}

function lineFeedsIn(cells: string[]): number {
  let count = 0;
  for (const cell of cells) {
    for (let at = cell.indexOf('\n'); at !== -1; at = cell.indexOf('\n', at + 1)) count++;
  }
  return count;
}

function damageOf(error: CsvError): DamagedFile {
  const line = (error as CsvError & { lines?: number }).lines;
  return error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE'
    ? new DamagedFile(`A quote that was opened before line ${line} is never closed.`)
    : new DamagedFile(`The file is not readable as CSV from line ${line} on.`);
}
