import { describe, expect, it } from 'vitest';
import type { ImportColumn } from './import-columns.js';
import { contactOf, shapeProblem, suppressionOf } from './import-record.js';

const COLUMNS: ImportColumn[] = ['phoneNumber', 'name', 'lastName', { attribute: 'city' }, null];
const record = (...cells: string[]) => ({ line: 7, cells });

describe('the shape of a record', () => {
  const columns: ImportColumn[] = ['phoneNumber', 'name'];

  it.each([
    ['fits the header', record('1', '2'), null],
    ['may have empty cells to spare', record('1', '2', '', ' '), null],
    ['must not miss a cell', record('1'), 'the line has 1 columns, the header has 2'],
    [
      'must not have a value to spare',
      record('1', '2', ' ', 'x'),
      'the line has 4 columns, the header has 2',
    ],
  ])('%s', (_name, cells, message) => {
    const problem = message === null ? null : { line: 7, field: '', code: 'wrong_column_count', message };
    expect(shapeProblem(cells, columns)).toEqual(problem);
  });

  it('holds no NUL, which PostgreSQL cannot store', () => {
    expect(shapeProblem(record('1', 'a\0b'), columns)).toEqual({
      line: 7,
      field: '',
      code: 'invalid_text',
      message: 'the line holds NUL characters',
    });
  });
});

describe('a record', () => {
  it('is a contact, its cells trimmed and its names put together', () => {
    expect(contactOf(record(' 202 ', ' Ada ', ' Byron', ' Rome ', 'ignored'), COLUMNS)).toEqual({
      phoneNumber: '202',
      name: 'Ada Byron',
      externalId: '',
      language: '',
      timezone: '',
      attributes: { city: 'Rome' },
    });
  });

  it('has one name where the other is empty, and no attribute without a value', () => {
    const { name, attributes } = contactOf(record('202', '', 'Byron', ' ', ''), COLUMNS);
    expect([name, attributes]).toEqual(['Byron', {}]);
    expect(contactOf(record('202', '', '', '', ''), COLUMNS)).toMatchObject({ name: '' });
  });

  it('finds every column wherever it stands', () => {
    const columns: ImportColumn[] = ['timezone', 'language', 'externalId', 'phoneNumber'];
    expect(contactOf(record('Europe/Rome', 'it', '42', '202'), columns)).toEqual({
      phoneNumber: '202',
      name: '',
      externalId: '42',
      language: 'it',
      timezone: 'Europe/Rome',
      attributes: {},
    });
  });

  it('is a number not to be called, with a reason of at most five hundred characters', () => {
    const columns: ImportColumn[] = ['phoneNumber', 'reason'];
    expect(suppressionOf(record(' 202 ', ' asked '), columns)).toEqual({
      phoneNumber: '202',
      reason: 'asked',
    });
    expect(suppressionOf(record('202', ' '), columns).reason).toBe(null);
    expect(suppressionOf(record('202', 'x'.repeat(600)), columns).reason).toBe('x'.repeat(500));
    expect(suppressionOf(record('202'), ['phoneNumber']).reason).toBe(null);
  });
});
