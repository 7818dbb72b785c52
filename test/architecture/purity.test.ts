import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forwardReferences, impurities } from './purity.js';
import { type Copy, copyOfSources, PROJECT, sourceAt, type SourceFile, sourcesOf } from './sources.js';

let copy: Copy;
beforeAll(() => (copy = copyOfSources()));
afterAll(() => copy.remove());

function planted(path: string, text: string): SourceFile[] {
  copy.plant({ [path]: text });
  return [sourceAt(copy.root, path)];
}

describe('domain folders', () => {
  it('take time and chance as parameters', () => {
    expect(impurities(sourcesOf(PROJECT))).toEqual([]);
  });

  it.each([
    'Date.now()',
    'new Date()',
    'new Date',
    'Date()',
    'new Date(2026, 10, 22)',
    'Math.random()',
    'performance.now()',
    'process.env.TZ',
    'DateTime.now()',
    'DateTime.local()',
    'randomUUID()',
    'crypto.randomUUID()',
    'randomInt(3)',
    'at.getHours()',
    'at.getDay()',
    'at.toLocaleString()',
    'a.localeCompare(b)',
    'setTimeout(f, 1)',
    'fetch("http://x")',
    '[1].map(Math.random)',
  ])('cannot hide %s', (expression) => {
    const path = 'src/scheduler/domain/planted.ts';
    expect(impurities(planted(path, `export const x = ${expression};`))).toEqual([
      expect.objectContaining({ path }),
    ]);
  });

  it.each([
    'new Date(at)',
    'at.getTime()',
    'at.getUTCHours()',
    'Date.parse(text)',
    'Date.UTC(2026, 1)',
    'a.localeCompare(b, "en")',
    '"Date.now()"',
  ])('may say %s', (expression) => {
    expect(impurities(planted('src/scheduler/domain/planted.ts', `export const x = ${expression};`))).toEqual(
      [],
    );
  });

  it('are searched whole, every one of them', () => {
    const path = 'src/telephony/domain/some/where/planted.ts';
    copy.plant({ [path]: 'export const x = Date.now();' });
    expect(impurities(sourcesOf(copy.root))).toContainEqual({ path, what: 'Date.now' });
  });

  it('alone are held to it', () => {
    expect(impurities(planted('src/scheduler/planted.ts', 'export const x = Date.now();'))).toEqual([]);
  });
});

describe('modules', () => {
  it('need no forwardRef', () => {
    expect(forwardReferences(sourcesOf(PROJECT))).toEqual([]);
  });

  it('cannot hide one', () => {
    const path = 'src/contact/planted.ts';
    const text = `import { forwardRef, Module } from '@nestjs/common';\n@Module({ imports: [forwardRef(() => X)] })\nexport class X {}`;
    expect(forwardReferences(planted(path, text))).toEqual([path]);
  });
});
