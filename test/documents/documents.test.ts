import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TABLES } from '../architecture/table-use.js';
import {
  anchorsOf,
  bare,
  documentAt,
  documents,
  filesBelow,
  linksOf,
  PROJECT,
  prose,
  section,
  tableRows,
} from './markdown.js';

const manifest = JSON.parse(documentAt('package.json')) as {
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

describe('links', () => {
  it.each(documents().map(({ path, text }) => [path, text] as const))(
    'of %s lead somewhere',
    (path, text) => {
      const broken = linksOf(text).filter((link) => !resolves(path, link));
      expect(broken).toEqual([]);
    },
  );

  it('that lead nowhere are found', () => {
    expect(resolves('README.md', 'docs/nothing.md')).toBe(false);
    expect(resolves('README.md', 'docs/api.md#nothing')).toBe(false);
    expect(resolves('README.md', 'docs/api.md#start')).toBe(true);
    expect(linksOf('`[a](b)` [c](d.md) \n```\n[e](f)\n```')).toEqual(['d.md']);
  });
});

describe('commands', () => {
  it('that the documents name are scripts of the package', () => {
    const named = everywhere(/\bnpm (?:run |(?=(?:start|test)\b))([a-z][\w:-]*)/g);
    expect(named).toContain('start:prod');
    expect(named.filter((name) => manifest.scripts[name] === undefined)).toEqual([]);
  });

  it('that run a file of the project find it', () => {
    const named = everywhere(/\bnode ((?:scripts|dist)\/[\w./-]+)/g);
    expect(named.filter((file) => file.startsWith('scripts/') && !existsSync(join(PROJECT, file)))).toEqual(
      [],
    );
  });
});

describe('tests that the documents quote', () => {
  it('exist under that name', () => {
    const quotations = documents().flatMap(({ path, text }) => quotedTests(path, text));
    expect(quotations.length).toBeGreaterThan(25);
    const missing = quotations.filter(
      ({ name, file }) => !existsSync(join(PROJECT, file)) || !documentAt(file).includes(name),
    );
    expect(missing).toEqual([]);
  });
});

describe('the environment', () => {
  const declared = [
    ...documentAt('src/shared/environment/environment.ts').matchAll(
      /^ {2}(?:@.*\) )?([A-Z][A-Z0-9_]+)[?:= ]/gm,
    ),
  ].map(([, name]) => name!);
  const documented = [...documentAt('.env.example').matchAll(/^#([A-Z][A-Z0-9_]+)=/gm)].map(
    ([, name]) => name!,
  );

  it('has every variable of the application in .env.example', () => {
    expect(declared.length).toBeGreaterThan(30);
    expect(declared.filter((name) => !documented.includes(name))).toEqual([]);
  });

  it('names in .env.example only what something reads', () => {
    const readers = [
      ...filesBelow('src', /(?<!\.spec)\.ts$/),
      ...filesBelow('scripts', /\.mjs$/),
      'docker-compose.yml',
    ].map(documentAt);
    const elsewhere = documented.filter((name) => !declared.includes(name));
    expect(elsewhere.filter((name) => !readers.some((text) => text.includes(name)))).toEqual([]);
  });

  it('is called by its names in the documents', () => {
    const known = new Set([...declared, ...documented]);
    const named = everywhere(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)`/g, (path) => !path.startsWith('src/'));
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });
});

describe('docs/dependencies.md', () => {
  const text = documentAt('docs/dependencies.md');

  it.each([
    ['## At run time', manifest.dependencies],
    ['## For development', manifest.devDependencies],
  ])('names under "%s" what the package does, with the licence it states', (heading, packages) => {
    const rows = tableRows(section(text, heading));
    expect(rows.map(([name]) => bare(name!))).toEqual(Object.keys(packages).toSorted());
    for (const [name, why, licence] of rows) {
      const installed = JSON.parse(documentAt(`node_modules/${bare(name!)}/package.json`)) as {
        license: string;
      };
      expect([name, licence]).toEqual([name, installed.license]);
      expect(why).not.toBe('');
    }
  });
});

describe('docs/architecture.md', () => {
  const rows = tableRows(section(documentAt('docs/architecture.md'), '## Rooms'));

  it('names every room', () => {
    const rooms = readdirSync(join(PROJECT, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    const named = rows.map(([room]) => /src\/([a-z-]+)/.exec(room!)![1]!);
    expect(named.toSorted()).toEqual(rooms.map(({ name }) => name).toSorted());
  });

  it('names every table at the room that owns it', () => {
    const owners = rows.flatMap(([room, writes]) =>
      [...writes!.matchAll(/`([a-z_]+)`/g)].map(([, table]) => [table!, /src\/([a-z-]+)/.exec(room!)![1]!]),
    );
    expect(Object.fromEntries(owners)).toEqual(TABLES);
  });
});

describe('docs/api.md', () => {
  it('names every endpoint, and none that is not there', () => {
    const named = [...documentAt('docs/api.md').matchAll(/^\| `(GET|POST|PATCH|DELETE) ([^`]+)` \|/gm)].map(
      ([, method, path]) => `${method} ${path}`,
    );
    expect(named.toSorted()).toEqual(endpoints().toSorted());
  });
});

describe('docs/operations.md', () => {
  it('names every metric of ours, and none that is not there', () => {
    const named = tableRows(section(documentAt('docs/operations.md'), '## Metrics')).map(([name]) =>
      bare(name!),
    );
    const sources = filesBelow('src/operations/metrics', /\.ts$/).map(documentAt).join('\n');
    const made = new Set([...sources.matchAll(/'(vsa_[a-z_]+)'/g)].map(([, name]) => name!));
    expect(named.toSorted()).toEqual([...made].toSorted());
    expect(everywhere(/`(vsa_[a-z_]+)`/g).filter((name) => !made.has(name))).toEqual([]);
  });
});

/** `"a name" and "another" in [file](path)`. */
function quotedTests(path: string, text: string): { name: string; file: string }[] {
  const quotation = /((?:"[^"|]+"(?:, | and )?)+)(?: and others)? in \[[^\]]+\]\(([^)]+)\)/g;
  return [...prose(text).replace(/\s+/g, ' ').matchAll(quotation)].flatMap(([, names, target]) =>
    [...names!.matchAll(/"([^"]+)"/g)].map(([, name]) => ({
      name: name!,
      file: normalize(join(dirname(path), target!)),
    })),
  );
}

/** What an expression's first group catches in all documents, once each. */
function everywhere(expression: RegExp, where: (path: string) => boolean = () => true): string[] {
  const found = documents()
    .filter(({ path }) => where(path))
    .flatMap(({ text }) => [...text.matchAll(expression)].map(([, name]) => name!));
  return [...new Set(found)];
}

function resolves(path: string, link: string): boolean {
  if (/^[a-z]+:/.test(link)) return true;
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? path : normalize(join(dirname(path), file));
  if (!existsSync(join(PROJECT, target))) return false;
  if (anchor === undefined) return true;
  return statSync(join(PROJECT, target)).isFile() && anchorsOf(documentAt(target)).has(anchor);
}

/** Method and path of every handler, read from the decorators of the controllers. */
function endpoints(): string[] {
  return filesBelow('src', /(?<!\.spec)\.ts$/)
    .filter((file) => !file.includes('carrier-simulator'))
    .flatMap((file) => {
      const text = documentAt(file);
      const base = /@Controller\('([^']*)'\)/.exec(text)?.[1];
      if (base === undefined) return [];
      return [...text.matchAll(/^ {2}@(Get|Post|Patch|Delete|Put)\((?:'([^']*)')?\)/gm)].map(
        ([, method, path]) => `${method!.toUpperCase()} /${[base, path].filter(Boolean).join('/')}`,
      );
    });
}
