import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Copy, copyOfSources, PROJECT, sourceAt, sourcesOf } from './sources.js';
import { TABLES, trespasses } from './table-use.js';

let copy: Copy;
beforeAll(() => (copy = copyOfSources()));
afterAll(() => copy.remove());

/** What is found in these files, planted in the copy of the sources. */
function foundWith(files: Record<string, string>): object[] {
  copy.plant(files);
  return trespasses(Object.keys(files).map((path) => sourceAt(copy.root, path)));
}

describe('tables', () => {
  it('are written by the room that owns them, and read elsewhere only where that is meant', () => {
    expect(trespasses(sourcesOf(PROJECT))).toEqual([]);
  });

  it('have an owner each', () => {
    const folder = join(PROJECT, 'migrations');
    const created = readdirSync(folder).flatMap((file) =>
      [...readFileSync(join(folder, file), 'utf8').matchAll(/CREATE TABLE ([a-z_]+)/g)].map(
        (match) => match[1]!,
      ),
    );
    expect(created.length).toBeGreaterThan(15);
    expect(created.filter((table) => TABLES[table] === undefined)).toEqual([]);
  });

  it('are looked for in every file of the sources', () => {
    const path = 'src/notifications/some/where/planted.ts';
    copy.plant({ [path]: `export const sql = 'DELETE FROM answers';` });
    expect(trespasses(sourcesOf(copy.root))).toContainEqual({ path, table: 'answers', kind: 'write' });
  });

  it('of another room cannot be written unnoticed', () => {
    const path = 'src/campaign/planted.ts';
    const statements = [
      'INSERT INTO contacts AS c (id) VALUES ($1)',
      'UPDATE contacts SET state = $1',
      'WITH x AS (SELECT 1) UPDATE ONLY contacts c SET state = $1',
      'DELETE FROM contacts',
      'TRUNCATE contacts',
      'INSERT INTO table_of_nobody (id) VALUES (1)',
    ];
    for (const statement of statements) {
      const found = foundWith({ [path]: `export const sql = \`${statement} \${1}\`;` });
      expect(found).toEqual([expect.objectContaining({ path, kind: 'write' })]);
    }
  });

  it('of another room cannot be read unnoticed outside the queries of scheduler, results and operations', () => {
    const statements = [
      'SELECT 1 FROM contacts c WHERE id = $1',
      'SELECT 1 FROM campaigns c JOIN contacts ON true',
      'SELECT 1 FROM campaigns AS c, contacts k',
      'DELETE FROM campaigns USING contacts',
    ];
    for (const statement of statements) {
      const text = `export const sql = '${statement}';`;
      for (const path of ['src/campaign/planted.ts', 'src/campaign/planted.queries.ts']) {
        expect(foundWith({ [path]: text })).toEqual([{ path, table: 'contacts', kind: 'read' }]);
      }
    }
    const allowed = `export const sql = 'SELECT 1 FROM campaigns AS c, contacts k';`;
    expect(foundWith({ 'src/results/planted.queries.ts': allowed })).toEqual([]);
    expect(foundWith({ 'src/results/planted.ts': allowed })).toHaveLength(2);
  });

  it('of the event log are read by queries and written by shared', () => {
    const read = `export const sql = 'SELECT 1 FROM domain_events';`;
    expect(foundWith({ 'src/contact/planted.queries.ts': read })).toEqual([]);
    expect(foundWith({ 'src/contact/planted.ts': read })).toHaveLength(1);
    expect(
      foundWith({ 'src/contact/planted.queries.ts': `export const x = 'INSERT INTO domain_events';` }),
    ).toHaveLength(1);
  });

  it('are told apart from row locks, upserts, comments and prose', () => {
    const text = `
      // UPDATE contacts SET state = 1
      export const sql = 'SELECT id FROM campaigns FOR UPDATE SKIP LOCKED';
      export const upsert = 'INSERT INTO campaigns (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = 1';
      export const lock = 'SELECT 1 FROM campaigns FOR NO KEY UPDATE OF campaigns';
      export const prose = 'Update the contacts from time to time';`;
    expect(foundWith({ 'src/campaign/planted.ts': text })).toEqual([]);
  });
});
