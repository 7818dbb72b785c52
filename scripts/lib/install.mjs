import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { withFileLock } from './file-lock.mjs';
import { start, startNode } from './processes.mjs';
import { dataDirectory, ensureDataDirectory, LauncherError, messageOf, projectRoot } from './project.mjs';
import { say } from './terminal.mjs';

const lockfile = join(projectRoot, 'package-lock.json');
const stamp = join(projectRoot, 'node_modules', '.lock-hash');
const npmsOwnLockfile = join(projectRoot, 'node_modules', '.package-lock.json');

/**
 * Makes node_modules what package-lock.json says; does nothing when it already is. Several at once wait for the first.
 *
 * @returns {Promise<'installed' | 'up to date'>}
 */
export async function ensureInstalled() {
  if (isCurrent()) return 'up to date';
  ensureDataDirectory();
  const onWait = () => say('  waiting for another installation in this clone');
  return withFileLock(join(dataDirectory, 'install.lock'), installIfNeeded, { onWait });
}

/** @returns {Promise<'installed' | 'up to date'>} */
async function installIfNeeded() {
  if (isCurrent()) return 'up to date';
  if (matchesLockfile()) {
    writeFileSync(stamp, wantedStamp());
    return 'up to date';
  }
  say('  dependencies   installing (npm ci)');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--include=dev', '--loglevel=error', '--no-audit', '--no-fund'];
  const stdio = /** @type {import('node:child_process').StdioOptions} */ (['ignore', 'ignore', 'inherit']);
  const env = npmEnvironment();
  const running =
    npm !== undefined && /\.c?js$/.test(npm)
      ? startNode([npm, ...args], { env, stdio })
      : start('npm', args, { env, stdio });
  const { code } = await running.exited.catch((error) => {
    throw new LauncherError(`npm cannot be started: ${messageOf(error)}`);
  });
  if (code !== 0) throw new LauncherError('npm ci failed; its message is above.');
  writeFileSync(stamp, wantedStamp());
  return 'installed';
}

function isCurrent() {
  return stampText() === wantedStamp();
}

function stampText() {
  return existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
}

/** The platform is part of it: a folder shared with a container or another machine needs other binaries. */
const platform = `${process.platform}-${process.arch}`;

function wantedStamp() {
  return `${platform} ${createHash('sha256').update(readFileSync(lockfile)).digest('hex')}`;
}

/** Whether somebody has installed by hand exactly what is locked, development dependencies included. */
function matchesLockfile() {
  const isForeign = stampText() !== '' && !stampText().startsWith(`${platform} `);
  if (isForeign || !existsSync(npmsOwnLockfile)) return false;
  const wanted = packagesIn(lockfile);
  const found = packagesIn(npmsOwnLockfile);
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional === true || found[path]?.version === version,
  );
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function packagesIn(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
}

/**
 * The environment npm gave this script describes the outer npm's run and would bend the inner one. How packages are
 * reached (registry, cache, proxy, certificates) and whether their scripts may run stays.
 */
function npmEnvironment() {
  const kept =
    /^npm_config_(.*registry|cache|userconfig|globalconfig|.*proxy|ca|cafile|strict_ssl|.*offline|fetch_.*|ignore_scripts)$/i;
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name) || kept.test(name)),
  );
  // An account without a home (nobody, many containers) has no place for npm's cache.
  if (!Object.keys(env).some((name) => /^npm_config_cache$/i.test(name)) && !isWritable(homedir())) {
    env.npm_config_cache = join(dataDirectory, 'npm-cache');
  }
  return env;
}

/** @param {string} directory */
function isWritable(directory) {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
