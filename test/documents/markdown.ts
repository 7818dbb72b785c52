import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface Document {
  /** From the project's root. */
  path: string;
  text: string;
}

/** Every Markdown document of the project: those at the root, below `docs/`, and those beside the sources. */
export function documents(): Document[] {
  const files = [
    ...readdirSync(PROJECT).map((name) => join(PROJECT, name)),
    ...below(join(PROJECT, 'docs')),
    ...below(join(PROJECT, 'src')),
  ];
  return files
    .filter((file) => file.endsWith('.md'))
    .map((file) => ({ path: relative(PROJECT, file), text: readFileSync(file, 'utf8') }));
}

export function documentAt(path: string): string {
  return readFileSync(join(PROJECT, path), 'utf8');
}

/** Files below a folder of the project, from its root. */
export function filesBelow(folder: string, ending: RegExp): string[] {
  return below(join(PROJECT, folder))
    .map((file) => relative(PROJECT, file))
    .filter((file) => ending.test(file));
}

function below(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The text without fenced blocks and inline code, in which brackets are no links. */
export function prose(text: string): string {
  return text
    .replace(/^( *)```[\s\S]*?^\1```$/gm, '')
    .replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ' '));
}

/** Targets of links, as written. */
export function linksOf(text: string): string[] {
  return [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
}

/** The anchors GitHub gives the headings of a document. */
export function anchorsOf(text: string): Set<string> {
  const headings = [...text.replace(/^( *)```[\s\S]*?^\1```$/gm, '').matchAll(/^#{1,6} +(.+)$/gm)];
  return new Set(
    headings.map(([, heading]) =>
      heading!
        .trim()
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replace(/\s/g, '-'),
    ),
  );
}

/** The text from a heading to the next one of the same or a higher level. */
export function section(text: string, heading: string): string {
  const level = /^#+/.exec(heading)![0].length;
  const lines = text.split('\n');
  const from = lines.indexOf(heading);
  if (from < 0) throw new Error(`there is no heading "${heading}"`);
  const length = lines.slice(from + 1).findIndex((line) => {
    const hashes = /^(#+) /.exec(line)?.[1];
    return hashes !== undefined && hashes.length <= level;
  });
  return lines.slice(from, length < 0 ? undefined : from + 1 + length).join('\n');
}

/** Rows of every table in the text, cell by cell, without the headers and their rules. */
export function tableRows(text: string): string[][] {
  const lines = text.split('\n');
  return lines
    .filter((line, index) => line.startsWith('|') && !isRule(line) && !isRule(lines[index + 1] ?? ''))
    .map((line) =>
      line
        .slice(1, line.lastIndexOf('|'))
        .split('|')
        .map((cell) => cell.trim()),
    );
}

function isRule(line: string): boolean {
  return /^\|[\s:|-]+\|$/.test(line);
}

/** What stands alone in backticks. */
export function bare(cell: string): string {
  return cell.replace(/^`(.*)`$/, '$1');
}

export interface Edge {
  from: string;
  to: string;
  label: string;
}

/** The transitions of the mermaid state diagram in the text, without its beginning and its ends. */
export function diagramOf(text: string): Edge[] {
  const diagram = /```mermaid\nstateDiagram-v2\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  return [...diagram.matchAll(/^ *(\S+) --> ([^\s:]+)(?:: (.+))?$/gm)]
    .map(([, from, to, label]) => ({ from: from!, to: to!, label: label ?? '' }))
    .filter(({ from, to }) => from !== '[*]' && to !== '[*]');
}
