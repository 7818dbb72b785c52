import { spawn } from 'node:child_process';
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
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import ts from 'typescript';
import { account } from './sdk-client.js';

const project = join(import.meta.dirname, '..', '..');
const source = join(project, 'src', 'carrier-simulator');

/**
 * The simulator alone, compiled into a directory that holds nothing else of `src`: it runs there only because it
 * imports nothing else.
 */
export function compileCarrier() {
  const directory = mkdtempSync(join(tmpdir(), 'carrier-build-'));
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 };
  for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.endsWith('.spec.ts')) continue;
    const { outputText } = ts.transpileModule(readFileSync(join(source, file), 'utf8'), { compilerOptions });
    const target = join(directory, 'dist', 'src', 'carrier-simulator', file.replace(/ts$/, 'js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, outputText);
  }
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
  cpSync(join(project, 'scripts', 'carrier.mjs'), join(directory, 'scripts', 'carrier.mjs'));
  symlinkSync(join(project, 'node_modules'), join(directory, 'node_modules'));
  return { directory, remove: () => rmSync(directory, { recursive: true }) };
}

/** Starts `scripts/carrier.mjs`; resolves with its first line, or when it ends without one. */
export async function spawnCarrier(directory: string, env: Record<string, string>) {
  const child = spawn(process.execPath, [join(directory, 'scripts', 'carrier.mjs')], {
    env: {
      PATH: process.env['PATH'] ?? '',
      CARRIER_ACCOUNT_SID: account.accountSid,
      CARRIER_AUTH_TOKEN: account.authToken,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  );
  const firstLine = new Promise<string>((resolve) =>
    createInterface({ input: child.stdout }).once('line', resolve),
  );
  const line = await Promise.race([firstLine, exited.then(() => null)]);
  const ready = line === null ? null : (JSON.parse(line) as { event: string; url: string; pid: number });
  return {
    ready,
    exited,
    stderr: () => stderr,
    async end(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL') {
      child.kill(signal);
      return exited;
    },
  };
}
