/**
 * Where the embedded PostgreSQL's binaries and data live, and as whom it runs.
 *
 * PostgreSQL refuses to run as root, so root drops to `postgres`, else `nobody`. That account often cannot enter a clone
 * below a 0700 home, and some file systems (WSL's Windows drives) ignore permissions altogether; then binaries and data
 * move to a folder of their own under /var/tmp, named after the clone.
 */
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { copyBinaries, installedPackage, repairBinaries } from './postgres-binaries.mjs';
import { isServer, readPidFile } from './postmaster-pid.mjs';
import { cloneId, dataDirectory, ensureDataDirectory, LauncherError, projectRoot } from './project.mjs';

const OUTSIDE_PREFIX = 'voice-survey-agent-';

/**
 * @typedef {{ uid: number, gid: number } | undefined} Account undefined: run as the current user
 * @typedef {object} Place
 * @property {string} directory the cluster's own folder, 0700, owned by the account
 * @property {string} binaries folder of initdb, pg_ctl and postgres
 * @property {Account} account
 * @property {number} major version of the binaries
 */

/**
 * @param {string} name cluster name, also its folder under `.data/`
 * @returns {Place}
 */
export function preparePlace(name) {
  ensureDataDirectory();
  const { packageDirectory, version } = installedPackage();
  const major = Number.parseInt(version, 10);
  repairBinaries(packageDirectory);
  const inside = join(dataDirectory, name);
  const binaries = join(packageDirectory, 'native', 'bin');
  mkdirSync(inside, { recursive: true, mode: 0o700 });

  const marker = join(inside, 'moved-to');
  if (!existsSync(marker)) {
    const account = accountFor(join(inside, 'data'));
    if (canRun(join(binaries, 'postgres'), account) && isPrivate(inside, account)) {
      return { directory: inside, binaries, account, major };
    }
  }
  const base = outsideBase();
  const outsideBinaries = copyBinaries(join(packageDirectory, 'native'), join(base, `native-${version}`));
  const directory = join(base, name);
  // Without its marker the folder outside belongs to a `.data/` that was deleted: deleting `.data/` means starting over.
  const token = existsSync(marker) ? readFileSync(marker, 'utf8').trim() : undefined;
  const account = accountFor(join(directory, 'data'));
  if (token === undefined || !existsSync(directory) || readToken(directory) !== token) {
    stopAbandoned(outsideBinaries, directory, account);
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { mode: 0o700 });
    const fresh = `${directory} ${randomBytes(8).toString('hex')}`;
    writeFileSync(join(directory, 'token'), fresh);
    writeFileSync(marker, fresh);
  }
  const owner = accountFor(join(directory, 'data'));
  if (!canRun(join(outsideBinaries, 'postgres'), owner) || !isPrivate(directory, owner)) {
    throw new LauncherError(
      `PostgreSQL cannot run from ${base}: set DATABASE_URL to a PostgreSQL 16 or newer.`,
    );
  }
  return { directory, binaries: outsideBinaries, account: owner, major };
}

/** @param {string} directory */
function readToken(directory) {
  const file = join(directory, 'token');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
}

/**
 * The owner of existing data, so that a clone first used by a person and then by root keeps working.
 *
 * @param {string} data
 * @returns {Account}
 */
function accountFor(data) {
  const self = process.getuid?.() ?? 0;
  const owner = statSync(data, { throwIfNoEntry: false });
  if (self !== 0) {
    if (owner !== undefined && owner.uid !== self) {
      throw new LauncherError(
        `${data} belongs to another user (uid ${owner.uid}): run as that user, or delete it.`,
      );
    }
    return undefined;
  }
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  for (const user of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) =>
      spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout?.trim(),
    );
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new LauncherError(
    'PostgreSQL does not run as root and there is no user "postgres" or "nobody": start as another user, or set DATABASE_URL.',
  );
}

/**
 * @param {string} postgres
 * @param {Account} account
 */
function canRun(postgres, account) {
  const run = spawnSync(postgres, ['--version'], { ...account, cwd: '/', encoding: 'utf8' });
  if (run.status === 0) return true;
  const isUnreachable = account !== undefined && run.error !== undefined;
  if (isUnreachable || (account !== undefined && /denied/i.test(run.stderr))) return false;
  throw new LauncherError(
    `The embedded PostgreSQL does not run here (${run.error?.message ?? run.stderr.trim()}): set DATABASE_URL to a PostgreSQL 16 or newer.`,
  );
}

/**
 * Makes `directory` 0700 for the account and checks that the file system kept it and the account can enter it.
 *
 * @param {string} directory
 * @param {Account} account
 */
function isPrivate(directory, account) {
  chmodSync(directory, 0o700);
  if (account) chownSync(directory, account.uid, account.gid);
  if ((statSync(directory).mode & 0o777) !== 0o700) return false;
  return spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', directory], { ...account, cwd: '/' }).status === 0;
}

/** /var/tmp is open to everybody: a folder of this name that is not ours, or a link, is refused. */
function outsideBase() {
  const base = join('/var/tmp', `${OUTSIDE_PREFIX}${process.getuid?.() ?? 0}-${cloneId}`);
  removeLeftovers();
  mkdirSync(base, { recursive: true });
  const stat = lstatSync(base);
  if (!stat.isDirectory() || stat.uid !== (process.getuid?.() ?? 0)) {
    throw new LauncherError(`${base} belongs to somebody else: remove it, or set DATABASE_URL.`);
  }
  chmodSync(base, 0o711);
  writeFileSync(join(base, 'clone'), projectRoot);
  return base;
}

/** Folders of clones that stood in a temporary directory and are gone: each would keep about 100 MB forever. */
function removeLeftovers() {
  for (const entry of readdirSync('/var/tmp')) {
    if (!entry.startsWith(OUTSIDE_PREFIX)) continue;
    const base = join('/var/tmp', entry);
    try {
      if (lstatSync(base).uid !== process.getuid?.()) continue;
      const clone = readFileSync(join(base, 'clone'), 'utf8');
      if (existsSync(clone) || !/^(\/private)?(\/var)?\/tmp\//.test(clone)) continue;
      for (const name of readdirSync(base)) {
        const data = join(base, name, 'data');
        const pid = readPidFile(data)?.pid ?? 0;
        // A server whose launcher was killed before the clone was removed: an immediate shutdown.
        if (isServer(pid, data)) process.kill(pid, 'SIGQUIT');
      }
      rmSync(base, { recursive: true, force: true });
    } catch {
      // Being made or removed by somebody else at this moment.
    }
  }
}

/**
 * @param {string} binaries
 * @param {string} directory
 * @param {Account} account
 */
function stopAbandoned(binaries, directory, account) {
  const data = join(directory, 'data');
  if (!existsSync(join(data, 'postmaster.pid'))) return;
  spawnSync(join(binaries, 'pg_ctl'), ['stop', '-D', data, '-m', 'immediate', '-w'], {
    ...account,
    cwd: '/',
    stdio: 'ignore',
  });
}
