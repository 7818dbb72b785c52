import { createHash } from 'node:crypto';
import { accessSync, chmodSync, constants, mkdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone's real path: two clones, or one clone reached through two links, are told apart by it. */
export const projectRoot = realpathSync(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

/** Everything the launcher keeps between runs; deleting this folder resets the development environment. */
export const dataDirectory = join(projectRoot, '.data');

/** Twelve hex digits that identify this clone on this machine. */
export const cloneId = createHash('sha256').update(projectRoot).digest('hex').slice(0, 12);

/** A failure whose message is for the person at the terminal: printed as one line, without a stack. */
export class LauncherError extends Error {}

/**
 * Creates `.data/`. Root's copy may be entered (not listed) by the account PostgreSQL is dropped to;
 * each secret in it is a 0600 file.
 */
export function ensureDataDirectory() {
  const isRoot = process.getuid?.() === 0;
  try {
    mkdirSync(dataDirectory, { recursive: true });
    if (isRoot) chmodSync(dataDirectory, 0o711);
    accessSync(dataDirectory, constants.W_OK);
  } catch (error) {
    throw new LauncherError(`This user cannot write to ${dataDirectory} (${messageOf(error)}).`);
  }
  return dataDirectory;
}

/** @param {unknown} error */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * @param {unknown} error
 * @param {...string} codes
 */
export function hasCode(error, ...codes) {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** @param {number} milliseconds */
export function delay(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
