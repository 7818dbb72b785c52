import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** A copy of the sources in which violations can be planted. */
export interface Copy {
  root: string;
  plant(files: Record<string, string>): void;
  remove(): void;
}

export function copyOfSources(): Copy {
  const root = mkdtempSync(join(tmpdir(), 'vsa-architecture-'));
  for (const part of [
    'src',
    'migrations',
    'test/support',
    'package.json',
    'tsconfig.json',
    '.dependency-cruiser.cjs',
  ]) {
    cpSync(join(PROJECT, part), join(root, part), { recursive: true });
  }
  symlinkSync(join(PROJECT, 'node_modules'), join(root, 'node_modules'), 'dir');
  return {
    root,
    plant: (files) => {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
      }
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

export interface SourceFile {
  /** Relative to the root, with `/`. */
  path: string;
  tree: ts.SourceFile;
}

/** The TypeScript files of `src` without its specs, parsed. */
export function sourcesOf(root: string): SourceFile[] {
  return readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts'))
    .map((entry) => sourceAt(root, relative(root, join(entry.parentPath, entry.name)).split(sep).join('/')));
}

export function sourceAt(root: string, path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8');
  return { path, tree: ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true) };
}

export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  node.forEachChild((child) => walk(child, visit));
}

/** The room a file stands in: `src/<room>/…`; undefined for the files directly in `src`. */
export function roomOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}
