import type { Options } from 'csv-parse';
import { parse } from 'csv-parse/sync';
import { DomainError } from '../../shared/errors/domain-error.js';
import type { FileEncoding } from './file-encoding.js';
import { type ImportColumn, looksLikePhoneNumber, recogniseColumns } from './import-columns.js';

export type ImportKind = 'contacts' | 'suppressions';

/** How a file is read: decided once when it arrives, so that a resumed import reads it the same way. */
export interface CsvDialect {
  encoding: FileEncoding;
  delimiter: string;
  /** The line the header is on, or comes after. */
  fromLine: number;
  columns: ImportColumn[];
  /** The region of numbers without a country code, as it was when the file arrived. */
  defaultRegion: string | null;
}

const DELIMITERS = [',', ';', '\t', '|'];
/** An opening quote that is never closed would otherwise swallow the rest of the file into one field. */
const LONGEST_RECORD = 128 * 1024;
const NOT_TEXT: [string, string][] = [
  ['PK\u0003\u0004', 'The file is a workbook or an archive; save the sheet as CSV.'],
  ['\u00d0\u00cf\u0011\u00e0', 'The file is an old Excel workbook; save the sheet as CSV.'],
  ['%PDF-', 'The file is a PDF.'],
];

/** Lines end with LF here: whoever reads a file turns CRLF and CR into LF first, so that lines can be counted. */
export function csvOptions(dialect: Pick<CsvDialect, 'delimiter' | 'fromLine'>): Options & { info: true } {
  return {
    delimiter: dialect.delimiter,
    from_line: dialect.fromLine,
    record_delimiter: '\n',
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_RECORD,
    info: true,
  };
}

/**
 * Reads the beginning of a file (`whole` when that is all of it). Throws `unreadable_file` for what is no text, and
 * `no_phone_column` with what was found instead.
 */
export function readDialect(
  head: { text: string; encoding: FileEncoding; whole: boolean },
  kind: ImportKind,
  defaultRegion: string | null,
): CsvDialect {
  const text = head.text.replace(/\r\n?/g, '\n');
  refuseWhatIsNoText(text);
  const announced = /^sep=(.)\n/i.exec(text);
  const fromLine = announced ? 2 : 1;
  const readings = (announced ? [announced[1]!] : DELIMITERS).map((delimiter) => {
    const header = firstRecord(text, { delimiter, fromLine }, head.whole);
    return { delimiter, header, columns: recogniseColumns(header, kind) };
  });
  const best = readings.toSorted((a, b) => score(b) - score(a))[0]!;
  if (!best.columns.includes('phoneNumber')) throw withoutPhoneColumn(best.header);
  return {
    encoding: head.encoding,
    delimiter: best.delimiter,
    fromLine,
    columns: best.columns,
    defaultRegion,
  };
}

/** A delimiter that makes the phone column recognisable beats one that only makes more columns. */
function score(reading: { header: string[]; columns: ImportColumn[] }): number {
  return (reading.columns.includes('phoneNumber') ? 10_000 : 0) + reading.header.length;
}

function refuseWhatIsNoText(text: string): void {
  const known = NOT_TEXT.find(([signature]) => text.startsWith(signature));
  if (known) throw new DomainError('unreadable_file', known[1]);
  if (text.trim() === '') throw new DomainError('unreadable_file', 'The file is empty.');
  if (controlsIn(text) > text.length / 1_000) {
    throw new DomainError('unreadable_file', 'The file holds binary data, not text.');
  }
}

/** C0 controls other than tab, line ends, form feed and the end-of-file mark of old systems. */
function controlsIn(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 && (code < 0x09 || code > 0x0d) && code !== 0x1a) count++;
  }
  return count;
}

function firstRecord(
  text: string,
  dialect: Pick<CsvDialect, 'delimiter' | 'fromLine'>,
  whole: boolean,
): string[] {
  // Behind the last line break stands half a line.
  const lines = whole ? text : text.slice(0, text.lastIndexOf('\n') + 1);
  try {
    const records = parse(lines, { ...csvOptions(dialect), info: false, to: 1 }) as string[][];
    return records[0] ?? [];
  } catch {
    return [];
  }
}

function withoutPhoneColumn(header: string[]): DomainError {
  const seen = header.slice(0, 50).map((cell) => cell.trim().slice(0, 100));
  const message = seen.some(looksLikePhoneNumber)
    ? 'The first line holds phone numbers: the file has no header. Add a first line such as `phone_number,name`.'
    : `No column is recognisable as the phone number; seen: ${seen.map((cell) => JSON.stringify(cell)).join(', ')}. Call it \`phone_number\`.`;
  // The cells of a file without header are numbers of people: they are not repeated.
  return new DomainError('no_phone_column', message, {
    columns: seen.filter((cell) => !looksLikePhoneNumber(cell)),
  });
}
