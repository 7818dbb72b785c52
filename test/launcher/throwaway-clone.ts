import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const projectRoot = join(import.meta.dirname, '..', '..');

export type EmbeddedPostgres = typeof import('../../scripts/lib/embedded-postgres.mjs');

/** A copy of the launcher in a folder of its own, with a `.data/` of its own and the real node_modules. */
export function throwawayClone(): {
  root: string;
  remove: () => void;
  load: () => Promise<EmbeddedPostgres>;
} {
  const root = mkdtempSync(join(tmpdir(), 'launcher-'));
  mkdirSync(join(root, 'scripts'));
  cpSync(join(projectRoot, 'scripts', 'lib'), join(root, 'scripts', 'lib'), { recursive: true });
  for (const script of ['start', 'db']) {
    cpSync(join(projectRoot, 'scripts', `${script}.mjs`), join(root, 'scripts', `${script}.mjs`));
  }
  for (const file of ['package.json', 'package-lock.json', '.env.example']) {
    cpSync(join(projectRoot, file), join(root, file));
  }
  symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'));
  return {
    root,
    remove: () => {
      const marker = join(root, '.data', 'postgres', 'moved-to');
      const outside = existsSync(marker) ? dirname(readFileSync(marker, 'utf8').split(' ')[0] ?? '') : root;
      for (const folder of [outside, root]) rmSync(folder, { recursive: true, force: true });
    },
    load: async () =>
      (await import(
        pathToFileURL(join(root, 'scripts', 'lib', 'embedded-postgres.mjs')).href
      )) as EmbeddedPostgres,
  };
}

/** Runs Node and keeps what it prints. */
export function runNode(
  args: string[],
  env: NodeJS.ProcessEnv = process.env,
  cwd = projectRoot,
): Promise<{ code: number | null; output: string }> & { child: ChildProcess } {
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  const finished = new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
  return Object.assign(finished, { child });
}
