import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImportView } from '../../src/contact/rows/import.queries.js';
import { SequentialIds } from '../support/sequential-ids.js';
import { eventsOf, insertCampaign } from './campaign-rows.js';
import { ContactApp } from './contact-app.js';

const ids = new SequentialIds();
let app: ContactApp;

beforeAll(async () => {
  app = await ContactApp.open();
});
afterAll(() => app.close());

const campaign = (options: Parameters<typeof insertCampaign>[2] = { defaultRegion: 'IT' }) =>
  insertCampaign(app.database.api, ids, options);

async function peopleOf(campaignId: string): Promise<Record<string, unknown>[]> {
  return app.database.api.rows(
    `SELECT phone_number, name, external_id, language, timezone, attributes
       FROM contacts WHERE campaign_id = $1 ORDER BY phone_number`,
    [campaignId],
  );
}

describe('how files are written', () => {
  const PEOPLE =
    'Telefono;Nome;Cognome;Città\r\n333 5555551;Niccolò;D’Agostino;Forlì\r\n333 5555552;Zoë;Però;\r\n';
  const utf16 = (text: string, bigEndian: boolean): Buffer => {
    const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
    return bigEndian ? bytes.swap16() : bytes;
  };
  const windows1252 = (text: string) => Buffer.from(text.replaceAll('’', '\u0092'), 'latin1');

  it.each([
    ['UTF-8', Buffer.from(PEOPLE)],
    ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${PEOPLE}`)],
    ['UTF-16 little-endian', utf16(PEOPLE, false)],
    ['UTF-16 big-endian', utf16(PEOPLE, true)],
    ['Windows-1252', windows1252(PEOPLE)],
    ['old line ends', Buffer.from(PEOPLE.replaceAll('\r\n', '\r'))],
    ['commas', Buffer.from(PEOPLE.replaceAll(';', ','))],
    ['tabs', Buffer.from(PEOPLE.replaceAll(';', '\t'))],
    ['bars', Buffer.from(PEOPLE.replaceAll(';', '|'))],
    ['a spreadsheet’s sep line', Buffer.from(`sep=;\r\n${PEOPLE}`)],
    ['quotes around every cell', Buffer.from(PEOPLE.replace(/[^;\r\n]+/g, '"$&"'))],
  ])('reads %s', async (_how, file) => {
    const campaignId = await campaign();
    expect(await app.import(campaignId, file)).toMatchObject({
      status: 'completed',
      total: 2,
      accepted: 2,
      rejected: 0,
      duplicates: 0,
      errors: [],
    });
    expect(await peopleOf(campaignId)).toMatchObject([
      { phone_number: '+393335555551', name: 'Niccolò D’Agostino', attributes: { Città: 'Forlì' } },
      { phone_number: '+393335555552', name: 'Zoë Però', attributes: {} },
    ]);
  });

  it('reads Latin-1 whose first accent comes after megabytes of plain text', async () => {
    const campaignId = await campaign();
    const row = `not a number,${'x'.repeat(900)}\n`;
    const text = `phone,name\n${row.repeat(1_200)}+393335555551,Niccolò\n`;
    const view = await app.import(campaignId, Buffer.from(text, 'latin1'));
    expect(view).toMatchObject({ status: 'completed', total: 1_201, accepted: 1, rejected: 1_200 });
    expect(view.errors).toHaveLength(1_000);
    expect(view.errorsTruncated).toBe(true);
    expect(await peopleOf(campaignId)).toMatchObject([{ name: 'Niccolò' }]);
  });
});

describe('what is in a file', () => {
  it('stores good lines and tells every problem of the bad ones with their lines', async () => {
    const campaignId = await campaign({ defaultRegion: 'US' });
    await app.request('POST', '/suppressions', { phoneNumber: '+12125550103' });
    await app.request('POST', `/campaigns/${campaignId}/contacts`, {
      contacts: [{ phoneNumber: '+12125550104' }],
    });
    const file = [
      'Phone Number,Full Name,External ID,Language,Time zone,Notes', // line 1
      '(212) 555-0100,"Byron, Ada",c-1,en-US,America/New_York,"first line', // 2
      'second line', // 3
      '', // 4
      'third ""quoted"" line"', // 5
      '12,Bo,,english,Mars/Olympus,', // 6
      '', // 7
      '   ,,,,,', // 8
      '212 555 0101,Cy,c-3,,,,', // 9: an empty cell too many
      '212 555 0102,Di', // 10
      '212 555 0103,Ed,,,,', // 11: suppressed
      '001 212 555 0104,Flo,,,,', // 12: in the campaign
      '+1 212-555-0100,Gus,,,,', // 13: the number of line 2
      '212 555 0105,Hal,,,,x,y', // 14
    ].join('\r\n');
    const view = await app.import(campaignId, file);
    expect(view).toMatchObject({ total: 9, accepted: 2, rejected: 5, duplicates: 2, status: 'completed' });
    expect(view.errors.map(({ line, field, code }) => `${line} ${field} ${code}`)).toEqual([
      '6 phoneNumber phone_invalid',
      '6 language invalid_language',
      '6 timezone invalid_timezone',
      '8 phoneNumber phone_missing',
      '10  wrong_column_count',
      '11 phoneNumber suppressed',
      '14  wrong_column_count',
    ]);
    expect(await peopleOf(campaignId)).toMatchObject([
      {
        phone_number: '+12125550100',
        name: 'Byron, Ada',
        external_id: 'c-1',
        language: 'en-US',
        timezone: 'America/New_York',
        attributes: { Notes: 'first line\nsecond line\n\nthird "quoted" line' },
      },
      { phone_number: '+12125550101', external_id: 'c-3' },
      { phone_number: '+12125550104' },
    ]);
    expect(await eventsOf(app.database.api, view.id)).toEqual(['import.finished.v1#1']);
    expect(
      await app.database.api.rows(`SELECT 1 FROM import_chunks WHERE import_id = $1`, [view.id]),
    ).toEqual([]);
  });

  it('takes the file of the examples whole, and a second time as duplicates', async () => {
    const file = await readFile('examples/contacts.csv');
    const campaignId = await campaign({ defaultRegion: null });
    expect(await app.import(campaignId, file)).toMatchObject({ total: 300, accepted: 300, errors: [] });
    expect(await app.import(campaignId, file)).toMatchObject({ total: 300, accepted: 0, duplicates: 300 });
  });

  it('lets each number in once when the same file is uploaded twice at the same time', async () => {
    const campaignId = await campaign();
    const rows = Array.from({ length: 2_500 }, (_, i) => `+39333${String(5_000_000 + i)},Person ${i}`);
    const views = await Promise.all([
      app.import(campaignId, ['phone,name', ...rows].join('\n')),
      app.import(campaignId, ['phone,name', ...rows.toReversed()].join('\n')),
    ]);
    expect(views.map(({ total }) => total)).toEqual([2_500, 2_500]);
    expect(views[0]!.accepted + views[1]!.accepted).toBe(2_500);
    expect(views[0]!.duplicates + views[1]!.duplicates).toBe(2_500);
    expect(await app.numbers(campaignId)).toHaveLength(2_500);
  });

  it('tells in a dry run what it would do and stores nothing', async () => {
    const campaignId = await campaign();
    await app.request('POST', `/campaigns/${campaignId}/contacts`, {
      contacts: [{ phoneNumber: '333 5000001' }],
    });
    const rows = Array.from({ length: 1_500 }, (_, i) => `333 ${5_000_000 + i}`);
    const file = ['cellulare', ...rows, '12', ...rows.slice(0, 10)].join('\n');
    expect(await app.import(campaignId, file, '?dryRun=true')).toMatchObject({
      dryRun: true,
      status: 'completed',
      total: 1_511,
      accepted: 1_499,
      rejected: 1,
      duplicates: 11,
      errors: [{ line: 1_502, code: 'phone_invalid' }],
    });
    expect(await app.numbers(campaignId)).toEqual(['+393335000001']);
  });

  it('completes a file that has a header and nothing else', async () => {
    expect(await app.import(await campaign(), 'phone,name')).toMatchObject({ status: 'completed', total: 0 });
  });

  it('fails clearly on a quote that is never closed', async () => {
    const view = await app.import(await campaign(), 'phone,name\n333 5555551,"Ada\n333 5555552,Bo\n');
    expect(view).toMatchObject({ status: 'failed', failure: expect.stringContaining('quote'), accepted: 0 });
    expect(await eventsOf(app.database.api, view.id)).toEqual(['import.failed.v1#1']);
  });
});

describe('files that are refused', () => {
  interface Refusal {
    code: string;
    detail: string;
    columns?: string[];
  }
  const refused = async (file: string | Uint8Array, code: string, status = 422): Promise<Refusal> => {
    const answer = await app.upload<Refusal>(`/campaigns/${await campaign()}/imports`, file);
    expect(answer).toMatchObject({ status, body: { code } });
    return answer.body;
  };

  it('names the columns of a file without a recognisable phone column', async () => {
    const body = await refused('Name,City\nAda,Rome\n', 'no_phone_column');
    expect(body).toMatchObject({ columns: ['Name', 'City'], detail: expect.stringContaining('"City"') });
  });

  it('says that a file of bare numbers has no header, without repeating the numbers', async () => {
    const body = await refused('+39 333 5555551,Ada\n+39 333 5555552,Bo\n', 'no_phone_column');
    expect(body.detail).toContain('no header');
    expect(JSON.stringify(body)).not.toContain('555555');
  });

  it.each([
    ['an empty file', ''],
    ['blank lines', '\n \n\n'],
    ['NUL bytes', 'phone,name\n333\u00005555551,Ada\n'],
    ['a workbook', 'PK\u0003\u0004 and so on'],
    ['control characters', `phone\n${'\u0001\u0002'.repeat(500)}`],
    ['UTF-8 with a damaged end', Buffer.from([...Buffer.from('phone,name\n3335555551,Niccolò'), 0xc3])],
    [
      'UTF-8 damaged after megabytes',
      Buffer.concat([
        Buffer.from(`phone,name\n1,Niccolò\n${`2,${'x'.repeat(900)}\n`.repeat(1_200)}`),
        Buffer.from([0xff, 0x0a]),
      ]),
    ],
  ])('refuses %s', async (_what, file) => {
    const body = await refused(file, 'unreadable_file');
    expect(body.detail).toMatch(/^The file /);
  });

  it('answers 20 MB of garbage and 65 MB of anything with a clear refusal, and stores nothing', async () => {
    const garbage = Buffer.alloc(20 * 1024 * 1024);
    for (let i = 0; i < garbage.length; i++) garbage[i] = (i * 7_919 + (i >>> 8) * 104_729) & 0xff;
    await refused(garbage, 'unreadable_file');
    await refused(Buffer.alloc(2 * 1024 * 1024, 'garbage '), 'no_phone_column');
    const large = Buffer.alloc(65 * 1024 * 1024, `333 5555551\n`);
    large.write('phone\n');
    await refused(large, 'body_too_large', 413);
    const left = await app.database.api.rows(
      `SELECT id FROM imports WHERE file_bytes = 0 UNION SELECT import_id FROM import_chunks`,
    );
    expect(left).toEqual([]);
  });

  it('refuses other forms, other fields, closed and unknown campaigns, unknown imports', async () => {
    const open = await campaign();
    const closed = await campaign({ status: 'completed' });
    const unknown = ids.next();
    const file = 'phone\n333 5555551\n';
    expect(await app.upload(`/campaigns/${open}/imports`, file, 'csv')).toMatchObject({
      status: 400,
      body: { code: 'missing_file' },
    });
    expect(await app.request('POST', `/campaigns/${open}/imports`, {})).toMatchObject({
      status: 415,
      body: { code: 'unsupported_media_type' },
    });
    expect(await app.upload(`/campaigns/${closed}/imports`, file)).toMatchObject({
      status: 409,
      body: { code: 'campaign_closed' },
    });
    expect(await app.upload(`/campaigns/${unknown}/imports`, file)).toMatchObject({
      status: 404,
      body: { code: 'campaign_not_found' },
    });
    expect(await app.request<ImportView>('GET', `/imports/${unknown}`)).toMatchObject({
      status: 404,
      body: { code: 'import_not_found' },
    });
  });
});
