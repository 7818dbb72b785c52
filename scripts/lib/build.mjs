import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { withFileLock } from './file-lock.mjs';
import { packageBinary } from './package-binary.mjs';
import { captureNode } from './processes.mjs';
import { dataDirectory, ensureDataDirectory, LauncherError, projectRoot } from './project.mjs';
import { say } from './terminal.mjs';

const stamp = join(projectRoot, 'dist', '.build-hash');
const INPUT_FOLDERS = ['src', 'migrations', 'simulation'];
const INPUT_FILES = [
  'ormconfig.ts',
  'tsconfig.json',
  'tsconfig.build.json',
  'nest-cli.json',
  'package-lock.json',
];

/**
 * Compiles to `dist/` unless nothing that goes into it has changed since the last complete build. The stamp is removed
 * first and written last: a build that was interrupted is done again.
 *
 * @returns {Promise<'built' | 'up to date'>}
 */
export async function ensureBuilt() {
  ensureDataDirectory();
  const onWait = () => say('  waiting for another build in this clone');
  return withFileLock(
    join(dataDirectory, 'build.lock'),
    async () => {
      const hash = inputHash();
      if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return 'up to date';
      rmSync(stamp, { force: true });
      const { code, output } = await captureNode([packageBinary('@nestjs/cli', 'nest'), 'build']);
      if (code !== 0) throw new LauncherError(`${output.trim()}\nThe build failed.`);
      writeFileSync(stamp, hash);
      return 'built';
    },
    { onWait },
  );
}

function inputHash() {
  const hash = createHash('sha256');
  const files = [...INPUT_FILES.map((name) => join(projectRoot, name)), ...INPUT_FOLDERS.flatMap(filesBelow)];
  for (const file of files.filter((path) => existsSync(path))) {
    const content = readFileSync(file);
    hash.update(`${relative(projectRoot, file)} ${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

/**
 * @param {string} folder
 * @returns {string[]} sorted; specs are not compiled and do not count
 */
function filesBelow(folder) {
  return readdirSync(join(projectRoot, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
