import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { DomainError } from '../../shared/errors/domain-error.js';
import { csvOptions, type ImportKind, readDialect } from './csv-dialect.js';

const read = (text: string, options: { kind?: ImportKind; whole?: boolean } = {}) =>
  readDialect({ text, encoding: 'utf-8', whole: options.whole ?? true }, options.kind ?? 'contacts', 'US');

function refusalOf(text: string, options: { whole?: boolean } = {}): DomainError {
  try {
    read(text, options);
  } catch (error) {
    return error as DomainError;
  }
  throw new Error('it was not refused');
}

describe('the dialect of a file', () => {
  it.each([
    [',', 'phone,name\n+12025550100,Ada\n'],
    [';', 'phone;name\n+12025550100;Ada\n'],
    ['\t', 'phone\tname\n+12025550100\tAda\n'],
    ['|', 'phone|name\n+12025550100|Ada\n'],
  ])('has the delimiter %j, found by the phone column', (delimiter, text) => {
    expect(read(text)).toEqual({
      encoding: 'utf-8',
      delimiter,
      fromLine: 1,
      columns: ['phoneNumber', 'name'],
      defaultRegion: 'US',
    });
  });

  it('prefers the delimiter that shows a phone column to one that only makes more columns', () => {
    expect(read('phone;a,b,c\n+12025550100;x\n')).toMatchObject({ delimiter: ';' });
  });

  it('prefers more columns among delimiters that all show a phone column', () => {
    expect(read('phone\n+12025550100\n')).toMatchObject({ delimiter: ',', columns: ['phoneNumber'] });
    expect(read('phone,|name|x\n')).toMatchObject({ delimiter: '|' });
  });

  it('is the one the file announces, and the header is on the second line then', () => {
    expect(read('sep=;\nphone;name\n+12025550100;Ada\n')).toMatchObject({ delimiter: ';', fromLine: 2 });
    expect(read('SEP=#\r\nphone#name\r\n')).toMatchObject({ delimiter: '#', fromLine: 2 });
    // Announced further down it is a cell.
    expect(read('phone\nsep=;\n')).toMatchObject({ delimiter: ',', fromLine: 1 });
  });

  it('takes every kind of line end', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      expect(read(`phone,name${end}+12025550100,Ada${end}`).columns).toEqual(['phoneNumber', 'name']);
    }
  });

  it('does not read half a line', () => {
    expect(refusalOf('phone,na', { whole: false }).code).toBe('no_phone_column');
    expect(read('phone,na', { whole: true }).columns).toEqual(['phoneNumber', { attribute: 'na' }]);
    expect(read('phone,name\n"+1202', { whole: false }).columns).toEqual(['phoneNumber', 'name']);
  });

  it('knows the columns of a do-not-call list', () => {
    expect(read('phone,reason\n', { kind: 'suppressions' }).columns).toEqual(['phoneNumber', 'reason']);
  });
});

describe('a file that cannot be read', () => {
  it.each([
    ['PK\u0003\u0004 and more', 'The file is a workbook or an archive; save the sheet as CSV.'],
    ['\u00d0\u00cf\u0011\u00e0 and more', 'The file is an old Excel workbook; save the sheet as CSV.'],
    ['%PDF-1.7', 'The file is a PDF.'],
    ['', 'The file is empty.'],
    [' \r\n \n', 'The file is empty.'],
    ['phone\u0000\n', 'The file holds binary data, not text.'],
    ['phone\u0008\n', 'The file holds binary data, not text.'],
    ['phone\u001f\n', 'The file holds binary data, not text.'],
    ['phone\u000e\n', 'The file holds binary data, not text.'],
  ])('%j is refused: %s', (text, message) => {
    expect(refusalOf(text)).toMatchObject({ code: 'unreadable_file', message });
  });

  it.each(['\t', '\u000b', '\u000c', '\u001a', ' '])('is not one with a harmless %j', (control) => {
    expect(read(`phone,x\n+12025550100,${control}\n`).columns[0]).toBe('phoneNumber');
  });

  it('may hold one control in a thousand characters, and no more', () => {
    const exactly = 'phone,note\n';
    expect(read(`${exactly}${'x'.repeat(998 - exactly.length)}\n\u0001`).columns[0]).toBe('phoneNumber');
    const row = `+12025550100,${'x'.repeat(987)}\n`;
    const text = `phone,note\n${row}`;
    expect(text.length).toBeGreaterThan(1_000);
    expect(read(`${text}\u0001`).columns[0]).toBe('phoneNumber');
    expect(refusalOf(`${text}\u0001\u0001`).code).toBe('unreadable_file');
  });

  it('is one without a phone column, and says what was seen', () => {
    expect(refusalOf('nome e cognome, city \nAda,Rome\n')).toMatchObject({
      code: 'no_phone_column',
      message:
        'No column is recognisable as the phone number; seen: "nome e cognome", "city". Call it `phone_number`.',
      details: { columns: ['nome e cognome', 'city'] },
    });
  });

  it('does not repeat the numbers of a file without a header', () => {
    expect(refusalOf('+12025550100,Ada\n+12025550101,Bob\n')).toMatchObject({
      message:
        'The first line holds phone numbers: the file has no header. Add a first line such as `phone_number,name`.',
      details: { columns: ['Ada'] },
    });
  });

  it('names at most fifty columns of a hundred characters', () => {
    const { columns } = refusalOf(`${Array.from({ length: 60 }, () => 'y'.repeat(150)).join(',')}\n`).details;
    expect(columns).toEqual(Array.from({ length: 50 }, () => 'y'.repeat(100)));
  });

  it('is one whose first quote is never closed', () => {
    const endless = `"phone\n${'+12025550100\n'.repeat(12_000)}`;
    expect(refusalOf(endless)).toMatchObject({ code: 'no_phone_column', details: { columns: [] } });
  });
});

describe('how records are read', () => {
  const records = (text: string, fromLine = 1) =>
    parse(text, { ...csvOptions({ delimiter: ',', fromLine }), info: false }) as unknown;

  it('leaves surplus and missing cells to whoever looks at them, and skips empty lines', () => {
    expect(records('a,b\n1\n\n1,2,3\n')).toEqual([['a', 'b'], ['1'], ['1', '2', '3']]);
  });

  it('takes a quote inside a cell for a quote, and quoted line ends for text', () => {
    expect(records('a "b" c,"x\ny"\n')).toEqual([['a "b" c', 'x\ny']]);
  });

  it('begins where it is told, and ends records with LF only', () => {
    expect(records('sep=,\na\rb\n', 2)).toEqual([['a\rb']]);
  });

  it('tells the line of each record', () => {
    expect(csvOptions({ delimiter: ';', fromLine: 3 })).toMatchObject({
      info: true,
      delimiter: ';',
      from_line: 3,
    });
    expect(() => records(`"${'x'.repeat(129 * 1_024)}`)).toThrow(/[Mm]ax/);
  });
});
