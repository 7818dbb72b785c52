import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './project.mjs';

/**
 * The script behind a package's command, to be run by this very Node: `node_modules/.bin` would start the one in PATH.
 *
 * @param {string} packageName
 * @param {string} [command]
 * @returns {string} path
 */
export function packageBinary(packageName, command = packageName) {
  const folder = join(projectRoot, 'node_modules', packageName);
  /** @type {{ bin: string | Record<string, string> }} */
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const script = typeof bin === 'string' ? bin : bin[command];
  if (script === undefined) throw new Error(`${packageName} has no command ${command}`);
  return join(folder, script);
}
