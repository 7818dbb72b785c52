import type { AttributeValue, ContactInput } from './contact-input.js';
import type { ImportColumn } from './import-columns.js';

/** A record of a file: the line it begins on, counted from 1, and its cells. */
export interface FileRecord {
  line: number;
  cells: string[];
}

/** What was wrong with a line of a file. */
export interface LineProblem {
  line: number;
  field: string;
  code: string;
  message: string;
}

/**
 * What is wrong with a record before its values are looked at. Empty cells beyond the header are what spreadsheets
 * leave behind; a missing or surplus value means that the values stand in wrong columns.
 */
export function shapeProblem(record: FileRecord, columns: ImportColumn[]): LineProblem | null {
  const { line, cells } = record;
  const surplus = cells.slice(columns.length);
  if (cells.length < columns.length || surplus.some((cell) => cell.trim() !== '')) {
    const message = `the line has ${cells.length} columns, the header has ${columns.length}`;
    return { line, field: '', code: 'wrong_column_count', message };
  }
  if (cells.some((cell) => cell.includes('\0'))) {
    return { line, field: '', code: 'invalid_text', message: 'the line holds NUL characters' };
  }
  return null;
}

export function contactOf(record: FileRecord, columns: ImportColumn[]): ContactInput {
  const { cellOf, attributes } = cellsByColumn(record, columns);
  return {
    phoneNumber: cellOf('phoneNumber'),
    name: [cellOf('name'), cellOf('lastName')].filter(Boolean).join(' '),
    externalId: cellOf('externalId'),
    language: cellOf('language'),
    timezone: cellOf('timezone'),
    attributes,
  };
}

export function suppressionOf(
  record: FileRecord,
  columns: ImportColumn[],
): { phoneNumber: string; reason: string | null } {
  const { cellOf } = cellsByColumn(record, columns);
  return { phoneNumber: cellOf('phoneNumber'), reason: cellOf('reason').slice(0, 500) || null };
}

function cellsByColumn(
  record: FileRecord,
  columns: ImportColumn[],
): { cellOf: (column: ImportColumn) => string; attributes: Record<string, AttributeValue> } {
  const attributes = columns.flatMap((column, index) => {
    const value = record.cells[index]!.trim();
    return column !== null && typeof column === 'object' && value !== '' ? [[column.attribute, value]] : [];
  });
  return {
    cellOf: (column) => (columns.includes(column) ? record.cells[columns.indexOf(column)]!.trim() : ''),
    attributes: Object.fromEntries(attributes) as Record<string, AttributeValue>,
  };
}
